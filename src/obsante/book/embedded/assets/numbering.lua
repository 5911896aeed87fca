-- Numbers and identifiers: every chapter, section, figure and table of the book, counted once.
local labels = require 'labels'
local problems = require 'problems'
local M = { shared = {} }

local stringify = pandoc.utils.stringify

local function duplicate(page, id, earlier)
  local same = earlier.page == page
  problems.add(page, '#' .. id, {
    found = ("identifier '%s' used twice, first in %s"):format(id, earlier.page.path),
    expected = 'an identifier of its own for each heading, figure, table and anchor',
    remedy = 'rename one of the two, or embed the cell once and refer to it with @' .. id,
    occurrence = same and 2 or 1,
  })
end

--- Remember an identifier of a page; those of cross-references are unique in the whole book.
local function register(page, id, entry)
  if id == '' then return end
  entry.page, entry.id = page, id
  local kind = labels.kind(id)
  local earlier = page.ids[id] or (kind and M.shared[id])
  if earlier then return duplicate(page, id, earlier) end
  page.ids[id] = entry
  if kind then M.shared[id] = entry end
end

local function slug(page)
  return 'page-' .. page.path:gsub('%.qmd$', ''):gsub('[^%w]', '-')
end

--- Number of a chapter (`3`), of an appendix (`B`), or nil for an unnumbered one.
local function number_chapters(pages)
  local chapters, appendices = 0, 0
  for _, page in ipairs(pages) do
    page.heading = page.blocks[1]
    local numbered = page.path ~= 'index.qmd'
      and not page.heading.classes:includes 'unnumbered'
    if numbered and page.appendix then
      appendices = appendices + 1
      page.number = string.char(64 + appendices)
    elseif numbered then
      chapters = chapters + 1
      page.number = tostring(chapters)
    end
  end
end

local function section_number(page, counters, header)
  if header.level == 1 then return page.number end
  if not page.number or header.classes:includes 'unnumbered' then return nil end
  counters[header.level] = counters[header.level] + 1
  for level = header.level + 1, 6 do counters[level] = 0 end
  local number = page.number
  for level = 2, header.level do number = number .. '.' .. counters[level] end
  return number
end

local function number_header(page, counters, header, lang)
  if header.identifier == '' then header.identifier = slug(page) end
  local number = section_number(page, counters, header)
  local kind = 'sec'
  if header.level == 1 then kind = page.appendix and 'appendix' or 'chapter' end
  register(page, header.identifier, { kind = kind, number = number, title = header.content })
  header.attributes.numero = number
  if header.level == 1 then
    page.heading, page.title_lang = header, header.attributes.lang or lang
  end
  return header
end

--- Put `Tableau 2.1 : ` before the caption of a figure or table with an identifier.
local function number_item(page, counters, item, lang)
  local kind = labels.kind(item.identifier)
  local caption = item.caption.long[1]
  if not kind or kind == 'sec' or not caption then
    return register(page, item.identifier, {})
  end
  counters[kind] = counters[kind] + 1
  local number = (page.number and page.number .. '.' or '') .. counters[kind]
  register(page, item.identifier, { kind = kind, number = number })
  local label = { pandoc.Str(labels.title(kind, lang) .. labels.NBSP), pandoc.Str(number),
    pandoc.Str(labels.delimiter(lang)) }
  caption.content = pandoc.Inlines { pandoc.Span(label, { class = 'etiquette' }), pandoc.Space() }
    .. caption.content
  return item
end

local function number_page(page)
  local items, sections = { fig = 0, tbl = 0 }, { 0, 0, 0, 0, 0, 0 }
  page.blocks = labels.walk(page.blocks, page.lang, function(lang)
    local function item(element)
      return number_item(page, items, element, lang), false
    end
    return {
      Header = function(header) return number_header(page, sections, header, lang) end,
      Figure = item, Table = item,
    }
  end)
end

local function register_anchors(page)
  local function anchor(element)
    if element.identifier ~= '' then register(page, element.identifier, {}) end
  end
  page.blocks:walk { traverse = 'topdown', Span = anchor, Div = anchor, Link = anchor,
    Image = anchor, CodeBlock = anchor, Code = anchor }
end

--- Number the pages, in the order of the book, and fill `page.ids` and `M.shared`.
function M.number(pages)
  number_chapters(pages)
  for _, page in ipairs(pages) do
    page.ids = {}
    number_page(page)
    register_anchors(page)
  end
end

--- Text of a caption without its label, nor the link to the calculation.
function M.caption_text(item)
  local caption = item.caption.long[1]
  if not caption then return '' end
  local kept = caption.content:filter(function(inline)
    return not (inline.t == 'Link' and inline.classes:includes 'calcul')
  end)
  return (stringify(kept):gsub('%s+$', ''))
end

return M
