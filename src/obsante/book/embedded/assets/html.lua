-- The HTML pages.
local bidi = require 'bidi'
local labels = require 'labels'
local numbering = require 'numbering'
local references = require 'references'
local M = {}

local OPTIONS = { html_math_method = 'mathml', section_divs = true, wrap_text = 'none' }
local ENTITIES = { ['&'] = '&amp;', ['<'] = '&lt;', ['>'] = '&gt;', ['"'] = '&quot;' }
local ALIGNED = { left = '', right = ' class="nombre"', center = ' class="centre"' }

local function raw(text)
  return pandoc.RawInline('html', text)
end

local function escaped(text)
  return (text:gsub('[&<>"]', ENTITIES))
end

local function inline_html(inlines)
  local text = pandoc.write(pandoc.Pandoc { pandoc.Plain(inlines) }, 'html5',
    { html_math_method = 'mathml', wrap_text = 'none' })
  return (text:gsub('%s+$', ''))
end

-- Tables ----------------------------------------------------------------------------------------

--- A first column of words heads its rows.
local function headed_rows(tbl)
  local words_first = #tbl.colspecs > 1 and tbl.colspecs[1][1] ~= 'AlignRight'
  tbl.bodies = tbl.bodies:map(function(body)
    body.row_head_columns = words_first and 1 or 0
    return body
  end)
  return tbl
end

--- Headings get their scope and cells a class for their alignment: on the text of the page, since
--- going through every cell of every table takes several times longer.
local function finished_cells(text)
  text = text:gsub('<thead>.-</thead>', function(head)
    return head:gsub('<th([ >])', '<th scope="col"%1')
  end)
  text = text:gsub('<tbody>.-</tbody>', function(body)
    return body:gsub('<th([ >])', '<th scope="row"%1')
  end)
  return (text:gsub(' style="text%-align: (%a+);"', ALIGNED))
end

--- The caption in an element of its own, that style.css keeps in sight.
local function with_caption(tbl)
  local first = tbl.caption.long[1]
  if first then
    tbl.caption = { long = { pandoc.Plain { pandoc.Span(first.content, { class = 'legende' }) } } }
  end
  return tbl
end

--- A table in a region of its own that scrolls sideways and takes the keyboard's focus.
local function scrolling(tbl, lang)
  local caption = numbering.caption_text(tbl)
  tbl = headed_rows(with_caption(tbl))
  -- Without a caption, no name tells it from the other regions: a group then.
  local named = caption ~= ''
  local attributes = { { 'role', named and 'region' or 'group' }, { 'tabindex', '0' },
    { 'aria-label', named and caption or labels.words(lang).table } }
  return pandoc.Div({ tbl }, pandoc.Attr('', { 'tableau' }, attributes))
end

--- The picture in a frame that scrolls where the screen is too narrow for its words to be read.
local function framed(figure)
  local attributes = { { 'role', 'group' }, { 'tabindex', '0' },
    { 'aria-label', numbering.caption_text(figure) } }
  figure.content = { pandoc.Div(figure.content, pandoc.Attr('', { 'cadre' }, attributes)) }
  return figure
end

local function with_frames(page, blocks)
  return labels.walk(blocks, page.lang, function(lang)
    return { Table = function(tbl) return scrolling(tbl, lang), false end,
      Figure = function(figure) return framed(figure), false end }
  end)
end

-- Blocks and inlines ----------------------------------------------------------------------------

local function callout(div, kind)
  local body = pandoc.List { table.unpack(div.content, 2) }
  local title = div.content[1].content
  if div.attributes.collapse then
    local open = div.attributes.collapse == 'false' and ' open' or ''
    local before = '<details class="encadre encadre-%s"%s><summary>%s</summary>'
    body:insert(1, pandoc.RawBlock('html', before:format(kind, open, inline_html(title))))
    body:insert(pandoc.RawBlock('html', '</details>'))
    return body
  end
  body:insert(1, pandoc.Div({ pandoc.Para(title) }, { class = 'encadre-titre' }))
  local attr = pandoc.Attr(div.identifier, { 'encadre', 'encadre-' .. kind }, { { 'role', 'note' } })
  return pandoc.Div(body, attr)
end

local function division(div)
  local kind = labels.callout(div)
  if kind then return callout(div, kind) end
  if div.classes:includes 'pagebreak' then return {} end
end

local function header(element)
  local number = element.attributes.numero
  if not number then return nil end
  element.attributes.numero = nil
  element.content = pandoc.Inlines { pandoc.Span({ pandoc.Str(number) }, { class = 'numero' }),
    pandoc.Space() } .. element.content
  return element
end

local function span(element)
  if bidi.is_isolate(element) then
    local id = element.identifier ~= '' and (' id="%s"'):format(element.identifier) or ''
    return pandoc.Inlines { raw('<bdi dir="ltr"' .. id .. '>') } .. element.content .. { raw '</bdi>' }
  end
end

--- Address of an internal target seen from `page`; what HTML does not show falls back to its page.
local function address(book, page, target)
  local path, id = references.split(target)
  if not path then return page.up .. target end
  local other = book.by_path[path]
  local anchor = other.shown[id] and '#' .. id or ''
  if other == page and anchor ~= '' then return anchor end
  return page.up .. other.href .. anchor
end

local function link(book, page, element)
  if not element.target:match '^%a[%w+.-]*:' or references.split(element.target) then
    element.target = address(book, page, element.target)
    return element
  end
end

local function rewritten(book, page, blocks)
  blocks = with_frames(page, blocks)
  blocks = blocks:walk { Div = division, Header = header, Span = span }
  return blocks:walk {
    Link = function(element) return link(book, page, element) end,
    Image = function(image) image.src = page.up .. image.src; return image end,
  }
end

-- Pages -----------------------------------------------------------------------------------------

local function title_of(page)
  local number = page.number and ('<span class="numero">%s</span> '):format(page.number) or ''
  return number .. inline_html(page.heading.content)
end

local function entry(page, current)
  local lang = page.title_lang ~= page.lang and page.title_lang or nil
  return { href = current.up .. page.href, title = page.title_html, current = page == current,
    lang = lang, dir = lang and labels.direction(lang) }
end

local function list(book, current, appendix)
  local entries = pandoc.List {}
  for _, page in ipairs(book.pages) do
    if (page.appendix or false) == appendix then entries:insert(entry(page, current)) end
  end
  return entries
end

--- `text` followed by the edition's suffix, unless it already ends with it.
local function suffixed(text, suffix)
  if suffix == '' or text:sub(-#suffix) == suffix then return text end
  return text .. ' ' .. suffix
end

local function page_title(book, page)
  local number = page.number and page.number .. ' ' or ''
  local text = number .. pandoc.utils.stringify(page.heading.content) .. ' – ' .. book.title
  return escaped(suffixed(text, book.title_suffix))
end

local function variables(book, position)
  local page = book.pages[position]
  local before, after = book.pages[position - 1], book.pages[position + 1]
  local words = {}
  for name, text in pairs(labels.words(book.lang)) do words[name] = escaped(text) end
  return {
    lang = page.lang, dir = labels.direction(page.lang), up = page.up, words = words,
    pagetitle = page_title(book, page), book = escaped(book.title),
    description = escaped(book.description), subtitle = escaped(book.subtitle),
    author = escaped(book.author), date = book.date, isodate = book.isodate,
    edition = book.edition, banner = escaped(book.banner), pdf = book.pdf,
    home = page.up .. book.pages[1].href, cover = position == 1,
    chapters = list(book, page, false), appendices = list(book, page, true),
    before = before and entry(before, page), after = after and entry(after, page),
  }
end

--- Code scrolls with the keyboard; an anchor for each of its lines would double the weight of the
--- notebooks' pages.
local function finished_code(text)
  text = text:gsub('<pre([ >])', '<pre tabindex="0"%1')
  text = text:gsub('<a href="#cb%d+%-%d+" aria%-hidden="true" tabindex="%-1"></a>', '')
  return (text:gsub('<span id="cb%d+%-%d+">', '<span>'))
end

--- List of the sections of a page, without its title; nothing if it has none.
local function contents(blocks)
  local sections = blocks:walk { Header = function(element)
    if element.level == 1 then return {} end
  end }
  local list = pandoc.structure.table_of_contents(sections, { toc_depth = 3 })
  return #list.content > 0 and pandoc.write(pandoc.Pandoc { list }, 'html5', OPTIONS)
end

local function render(book, position, template)
  local page = book.pages[position]
  local blocks = rewritten(book, page, page.html)
  local options = { template = template, variables = variables(book, position) }
  for name, value in pairs(OPTIONS) do options[name] = value end
  options.variables.contents = contents(blocks)
  local text = pandoc.write(pandoc.Pandoc(blocks), 'html5', options)
  return finished_cells(finished_code(text))
end

--- Table from a page's address to its HTML.
function M.render(book)
  local template = pandoc.template.compile(book.template)
  for _, page in ipairs(book.pages) do page.title_html = title_of(page) end
  local result = {}
  for position, page in ipairs(book.pages) do
    result[page.href] = render(book, position, template)
  end
  return result
end

M.suffixed = suffixed
return M
