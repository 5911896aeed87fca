-- The PDF's source: Typst markup, without any of the layout (book.typ holds it).
local bidi = require 'bidi'
local labels = require 'labels'
local numbering = require 'numbering'
local references = require 'references'
local tables = require 'typst_tables'
local M = {}

--- A Typst string.
local function quoted(text)
  return '"' .. text:gsub('[\\"]', '\\%0'):gsub('%s+', ' ') .. '"'
end

local function raw(text)
  return pandoc.RawInline('typst', text)
end

local function raw_block(text)
  return pandoc.RawBlock('typst', text)
end

--- `before`, the inlines, `after`, as one paragraph.
local function wrapped(before, inlines, after)
  return pandoc.Para(pandoc.Inlines { raw(before) } .. inlines .. { raw(after) })
end

-- Labels ----------------------------------------------------------------------------------------

local function label_name(page, id)
  return quoted(page.path .. '#' .. id)
end

local function label(page, id)
  return ('label(%s)'):format(label_name(page, id))
end

local function anchor(page, id)
  return id ~= '' and ('#[#metadata(none)#%s];'):format(label(page, id)) or ''
end

--- Label of an internal target; what the PDF does not show falls back to its chapter.
local function target_label(book, target)
  local path, id = references.split(target)
  local page = book.by_path[path]
  return label(page, page.printed[id] and id or page.heading.identifier)
end

-- Blocks ----------------------------------------------------------------------------------------

local function header(page, element)
  local number = element.attributes.numero
  local lang = element.attributes.lang or page.lang
  local before = ('#titre(%d, %s, %s, %s, %s)['):format(element.level,
    number and quoted(number) or 'none', tostring(not element.classes:includes 'unlisted'),
    quoted(lang), label_name(page, element.identifier))
  return wrapped(before, element.content, '];')
end

local function caption(item)
  local first = item.caption.long[1]
  return first and first.content or pandoc.Inlines {}
end

local function end_label(page, id)
  return id ~= '' and '#' .. label(page, id) .. ';' or ''
end

local function figure(page, element)
  local blocks = pandoc.List { wrapped('#figure(kind: image, caption: [', caption(element), '])[') }
  blocks:extend(element.content)
  blocks:insert(raw_block(']' .. end_label(page, element.identifier)))
  return blocks
end

local function call(before, content, after)
  local blocks = pandoc.List { raw_block(before) }
  blocks:extend(content)
  blocks:insert(raw_block(after))
  return blocks
end

local function callout(page, div, kind)
  local title = div.content[1].content
  local blocks = pandoc.List { wrapped(('#encadre(%s, ['):format(quoted(kind)), title,
    '])[' .. anchor(page, div.identifier)) }
  blocks:extend { table.unpack(div.content, 2) }
  blocks:insert(raw_block '];')
  return blocks
end

local function grid(div)
  local blocks = pandoc.List { raw_block '#chiffres(' }
  for _, item in ipairs(div.content) do
    blocks:insert(raw_block '[')
    blocks:extend(item.content or { item })
    blocks:insert(raw_block '],')
  end
  blocks:insert(raw_block ');')
  return blocks
end

--- Direction and language of a division around what it holds.
local function in_language(div, blocks)
  local lang, dir = div.attributes.lang, div.attributes.dir
  if not lang and not dir then return blocks end
  local before = ('#langue(%s, %s)['):format(lang and quoted(lang) or 'none', dir or 'auto')
  return call(before, blocks, '];')
end

local SHAPES = { fiche = '#fiche[', lecture = '#lecture[', landscape = '#paysage[' }

local function division(page, div)
  local kind = labels.callout(div)
  local blocks = div.content
  if kind then blocks = callout(page, div, kind)
  elseif div.classes:includes 'pagebreak' then return raw_block '#pagebreak(weak: true)'
  elseif div.classes:includes 'chiffre' then return div
  elseif div.classes:includes 'chiffres-cles' then blocks = grid(div)
  elseif div.identifier == 'refs' then blocks = call('#references[', blocks, '];')
  else
    for class, before in pairs(SHAPES) do
      if div.classes:includes(class) then blocks = call(before, blocks, '];') end
    end
    if div.identifier ~= '' then
      blocks = pandoc.List { raw_block(anchor(page, div.identifier)) } .. blocks
    end
  end
  return in_language(div, blocks)
end

--- A heading just before a landscape page goes with it, else it is stranded on the page before.
local function with_its_heading(blocks)
  for position = #blocks - 1, 1, -1 do
    local current, next_block = blocks[position], blocks[position + 1]
    local turned = next_block.t == 'Div' and next_block.classes:includes 'landscape'
    if current.t == 'Header' and turned then
      next_block.content:insert(1, current)
      blocks:remove(position)
    end
  end
  return blocks
end

-- Inlines ---------------------------------------------------------------------------------------

local function formula(element)
  local text = pandoc.write(pandoc.Pandoc { pandoc.Plain { element } }, 'typst')
  local display = element.mathtype == 'DisplayMath'
  return raw(('#formule(%s, %s, %s);'):format(tostring(display),
    quoted(element.text:gsub('^%s+', ''):gsub('%s+$', '')), (text:gsub('%s+$', ''))))
end

local function image(element)
  local width = element.attributes.width
  return raw(('#image(%s, alt: %s%s);'):format(quoted('/' .. element.src),
    quoted(pandoc.utils.stringify(element.caption)),
    width and ', width: ' .. width:gsub('px$', 'pt') or ''))
end

local function around(before, inlines, after)
  return pandoc.Inlines { raw(before) } .. inlines .. { raw(after) }
end

local function span(page, element)
  local inlines = element.content
  if bidi.is_isolate(element) then
    inlines = around('#isole[', inlines, '];')
  elseif element.classes:includes 'etiquette' then
    inlines = around('#strong[', inlines, '];')
  elseif element.classes:includes 'preuve' then
    inlines = around('#preuve[', inlines, '];')
  elseif element.attributes.lang then
    inlines = around(('#text(lang: %s)['):format(quoted(element.attributes.lang)), inlines, '];')
  end
  if element.identifier == '' then return inlines end
  return pandoc.Inlines { raw(anchor(page, element.identifier)) } .. inlines
end

local function link(book, element)
  local web = element.target:match '^%a[%w+.-]*:' and not references.split(element.target)
  if web then
    return around(('#renvoi(%s)['):format(quoted(element.target)), element.content, '];')
  end
  -- A file offered beside the pages: on paper, only its name.
  if not references.split(element.target) then return element.content end
  local style = element.classes:includes 'preuve' and 'preuve'
    or element.classes:includes 'calcul' and 'calcul' or 'renvoi'
  local before = ('#%s(%s)['):format(style, target_label(book, element.target))
  return around(before, element.content, '];')
end

-- Book ------------------------------------------------------------------------------------------

local function rewritten(book, page)
  local blocks = page.typst:walk { Blocks = with_its_heading }
  -- Inlines first, so that captions and cells are already Typst when blocks take them.
  blocks = blocks:walk {
    Math = formula, Image = image,
    Span = function(element) return span(page, element) end,
    Link = function(element) return link(book, element) end,
  }
  return blocks:walk {
    Header = function(element) return header(page, element) end,
    Figure = function(element) return figure(page, element) end,
    Table = function(element)
      return tables.block(element, caption(element), end_label(page, element.identifier))
    end,
    Div = function(element) return division(page, element) end,
  }
end

local function markup(blocks)
  return pandoc.write(pandoc.Pandoc(blocks), 'typst-smart', { wrap_text = 'none' })
end

local function opening(book, full_title)
  local fields = { titre = full_title, intitule = book.title, soustitre = book.subtitle,
    auteur = book.author, date = book.date, edition = book.edition, avertissement = book.banner,
    description = book.description, langue = book.lang,
    sommaire = labels.words(book.lang).contents, publication = labels.words(book.lang).published }
  local arguments = pandoc.List {}
  for name, value in pairs(fields) do arguments:insert(name .. ': ' .. quoted(value)) end
  arguments:sort()
  return ('#show: livre.with(%s)\n'):format(table.concat(arguments, ', '))
end

--- Typst source of the book, each chapter announced by a comment that diagnostics rely on.
function M.render(book, full_title)
  local parts = pandoc.List { opening(book, full_title) }
  for _, page in ipairs(book.pages) do
    parts:insert('\n// chapter: ' .. page.path .. '\n')
    parts:insert(markup(rewritten(book, page)))
  end
  return table.concat(parts, '\n')
end

return M
