-- The search index: one entry per section, without code nor what is kept out of the contents.
local numbering = require 'numbering'
local M = {}

local stringify = pandoc.utils.stringify
-- Parts of a page that repeat what is elsewhere, or that nobody searches.
local SKIPPED = { CodeBlock = true, HorizontalRule = true, RawBlock = true }

--- Words of a table's cells; nobody looks for a lone number.
local function cell_words(tbl)
  local rows, words = pandoc.List(tbl.head.rows), pandoc.List {}
  for _, body in ipairs(tbl.bodies) do rows = rows .. body.body end
  for _, row in ipairs(rows) do
    for _, cell in ipairs(row.cells) do
      local text = stringify(cell.contents)
      if text:match '%a%a' or text:match '[\195\216\217]' then words:insert(text) end
    end
  end
  return table.concat(words, ' ; ')
end

local function table_text(page, tbl)
  local caption = numbering.caption_text(tbl)
  -- The appendices' tables repeat those of the chapters, with every value: their captions do.
  return page.appendix and caption or caption .. ' ; ' .. cell_words(tbl)
end

local function text_of(page, block)
  if SKIPPED[block.t] or block.identifier == 'refs' then return '' end
  if block.t == 'Figure' then return numbering.caption_text(block) end
  if block.t == 'Table' then return table_text(page, block) end
  if block.t == 'Div' or block.t == 'BlockQuote' then
    local parts = pandoc.List {}
    for _, inner in ipairs(block.content) do parts:insert(text_of(page, inner)) end
    return table.concat(parts, ' ')
  end
  return stringify(block)
end

local function section(page, header)
  local title = stringify(header.content)
  local anchor = header.level > 1 and '#' .. header.identifier or ''
  return { u = page.href .. anchor, p = stringify(page.heading.content),
    h = header.level > 1 and title or '', x = '' }
end

--- Blocks in reading order, divisions that hold headings opened.
local function flat(blocks)
  local result = pandoc.List {}
  for _, block in ipairs(blocks) do
    if block.t == 'Div' and #block.content:filter(function(b) return b.t == 'Header' end) > 0 then
      result:extend(flat(block.content))
    else
      result:insert(block)
    end
  end
  return result
end

local function index_page(page, entries)
  local current
  for _, block in ipairs(flat(page.html)) do
    if block.t == 'Header' then
      current = nil
      if not block.classes:includes 'unlisted' then
        current = section(page, block)
        entries:insert(current)
      end
    elseif current then
      current.x = current.x .. ' ' .. text_of(page, block)
    end
  end
end

--- List of sections: address, page, heading, text.
function M.index(book)
  local entries = pandoc.List {}
  for _, page in ipairs(book.pages) do index_page(page, entries) end
  for _, entry in ipairs(entries) do
    entry.x = entry.x:gsub('%s+', ' '):gsub('^ ', ''):gsub(' $', '')
  end
  return entries
end

return M
