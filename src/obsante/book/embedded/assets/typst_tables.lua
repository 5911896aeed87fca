-- Tables of the PDF: cells, widths of the columns.
local M = {}

local ALIGNMENTS = { AlignLeft = 'start', AlignRight = 'end', AlignCenter = 'center',
  AlignDefault = 'start' }

-- Characters of a table's line; those of a column that needs no more room than its text; and rows
-- of a table that is kept on one page.
local LINE, SHORT, ROWS = 92, 20, 16

local function raw(text)
  return pandoc.RawInline('typst', text)
end

local function cells_of(row)
  local result = pandoc.Inlines {}
  for _, cell in ipairs(row.cells) do
    local content = cell.contents[1] and cell.contents[1].content or pandoc.Inlines {}
    result:insert(raw '[')
    result:extend(content)
    result:insert(raw '], ')
  end
  return result
end

--- Longest text of each column, in characters.
local function lengths(tbl)
  local longest = tbl.colspecs:map(function() return 0 end)
  local function measure(row)
    for column, cell in ipairs(row.cells) do
      local length = utf8.len(pandoc.utils.stringify(cell.contents)) or 0
      longest[column] = math.max(longest[column], length)
    end
  end
  for _, row in ipairs(tbl.head.rows) do measure(row) end
  for _, body in ipairs(tbl.bodies) do
    for _, row in ipairs(body.body) do measure(row) end
  end
  return longest
end

--- Widths of the columns: in a table too wide for the page, the long ones share the room, but not
--- in proportion to their texts, which would leave the shorter ones a few letters.
local function widths(longest, wide)
  return longest:map(function(length)
    return wide and length > SHORT and ('%.4gfr'):format(length ^ 0.6) or 'auto'
  end)
end

local function count_rows(tbl)
  local count = 0
  for _, body in ipairs(tbl.bodies) do count = count + #body.body end
  return count
end

--- First arguments of `tableau`: columns, alignments, and whether a page break may cut the table.
local function columns(tbl)
  local longest, total = lengths(tbl), 0
  for _, length in ipairs(longest) do total = total + length end
  local wide = total > LINE
  local alignments = tbl.colspecs:map(function(spec) return ALIGNMENTS[spec[1]] end)
  return ('(%s,), (%s,), %s'):format(table.concat(widths(longest, wide), ', '),
    table.concat(alignments, ', '), tostring(wide or count_rows(tbl) > ROWS))
end

--- Long addresses may break after a dot or a slash, else they leave their column.
local function breakable(inlines)
  return inlines:walk { Str = function(word)
    if #word.text > SHORT and word.text:match '[./]' then
      return pandoc.Str((word.text:gsub('[./]', '%0\u{200b}')))
    end
  end }
end

--- A table as one paragraph of inlines: a single call of the writer, however many cells.
-- @param caption inlines of the caption, already Typst
-- @param label   Typst code of the label, to follow the table
function M.block(tbl, caption, label)
  local inlines = pandoc.Inlines { raw(('#tableau(%s, ['):format(columns(tbl))) }
  inlines:extend(caption)
  inlines:insert(raw '], table.header(')
  for _, row in ipairs(tbl.head.rows) do inlines:extend(cells_of(row)) end
  inlines:insert(raw '), ')
  for _, body in ipairs(tbl.bodies) do
    for _, row in ipairs(body.body) do inlines:extend(cells_of(row)) end
  end
  inlines:insert(raw(')' .. label))
  return pandoc.Para(breakable(inlines))
end

return M
