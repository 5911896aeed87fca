-- The HTML pages.
local bidi = require 'bidi'
local labels = require 'labels'
local numbering = require 'numbering'
local references = require 'references'
local M = {}

local OPTIONS = { html_math_method = 'mathml', section_divs = true, wrap_text = 'none',
  table_of_contents = true, toc_depth = 3 }
local ALIGNED = { AlignRight = 'nombre', AlignCenter = 'centre' }

local function raw(text)
  return pandoc.RawInline('html', text)
end

local function escaped(text)
  return (text:gsub('[&<>"]', { ['&'] = '&amp;', ['<'] = '&lt;', ['>'] = '&gt;', ['"'] = '&quot;' }))
end

local function inline_html(inlines)
  local text = pandoc.write(pandoc.Pandoc { pandoc.Plain(inlines) }, 'html5',
    { html_math_method = 'mathml', wrap_text = 'none' })
  return (text:gsub('%s+$', ''))
end

-- Tables ----------------------------------------------------------------------------------------

local function mark_cell(cell, alignment, scope)
  local classes = { ALIGNED[alignment] }
  local attributes = scope and { { 'scope', scope } } or {}
  cell.attr = pandoc.Attr('', classes, attributes)
end

local function mark_row(row, alignments, scopes)
  for column, cell in ipairs(row.cells) do mark_cell(cell, alignments[column], scopes(column)) end
end

--- Column headings have the scope of their column; a first column of words heads its rows.
local function scoped(tbl)
  local alignments = tbl.colspecs:map(function(spec) return spec[1] end)
  local heads_rows = alignments[1] ~= 'AlignRight' and #alignments > 1
  for _, row in ipairs(tbl.head.rows) do
    mark_row(row, alignments, function() return 'col' end)
  end
  for _, body in ipairs(tbl.bodies) do
    body.row_head_columns = heads_rows and 1 or 0
    for _, row in ipairs(body.body) do
      mark_row(row, alignments, function(column) return heads_rows and column == 1 and 'row' end)
    end
  end
  tbl.colspecs = tbl.colspecs:map(function(spec) return { 'AlignDefault', spec[2] } end)
end

--- A table in a region of its own that scrolls sideways and takes the keyboard's focus.
local function scrolling(tbl, lang)
  scoped(tbl)
  local caption = numbering.caption_text(tbl)
  local attributes = { { 'role', 'region' }, { 'tabindex', '0' },
    { 'aria-label', caption ~= '' and caption or labels.words(lang).table } }
  return pandoc.Div({ tbl }, pandoc.Attr('', { 'tableau' }, attributes))
end

local function with_tables(page, blocks)
  return labels.walk(blocks, page.lang, function(lang)
    return { Table = function(tbl) return scrolling(tbl, lang), false end }
  end)
end

-- Blocks and inlines ----------------------------------------------------------------------------

local function callout(div, kind)
  local body = pandoc.List { table.unpack(div.content, 2) }
  local title = div.content[1].content
  if div.attributes.collapse then
    local open = div.attributes.collapse == 'false' and ' open' or ''
    body:insert(1, pandoc.RawBlock('html', ('<details class="encadre encadre-%s"%s><summary>%s</summary>')
      :format(kind, open, inline_html(title))))
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
  blocks = with_tables(page, blocks)
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

--- Anchors of every line of code would double the weight of the notebooks' pages.
local function without_line_anchors(text)
  text = text:gsub('<a href="#cb%d+%-%d+" aria%-hidden="true" tabindex="%-1"></a>', '')
  return (text:gsub('<span id="cb%d+%-%d+">', '<span>'))
end

local function render(book, position, template)
  local page = book.pages[position]
  local options = { template = template, variables = variables(book, position) }
  for name, value in pairs(OPTIONS) do options[name] = value end
  local blocks = rewritten(book, page, page.html)
  return without_line_anchors(pandoc.write(pandoc.Pandoc(blocks), 'html5', options))
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
