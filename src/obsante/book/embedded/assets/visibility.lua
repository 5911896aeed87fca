-- What is shown in one format only.
local M = {}

local function shown(div, format)
  local wanted, refused = div.attributes['when-format'], div.attributes['unless-format']
  return (not wanted or wanted == format) and refused ~= format
end

--- Blocks of one format (`html` or `typst`): `content-visible` divisions are opened or dropped.
function M.blocks(page, format)
  return page.blocks:walk {
    Div = function(div)
      if div.classes:includes 'content-visible' then
        return shown(div, format) and div.content or {}
      end
    end,
  }
end

--- Set of the identifiers that blocks hold.
function M.identifiers(blocks)
  local ids = {}
  local function note(element)
    if element.identifier ~= '' then ids[element.identifier] = true end
  end
  blocks:walk { Header = note, Figure = note, Table = note, Div = note, Span = note, Link = note,
    Image = note, CodeBlock = note, Code = note }
  return ids
end

return M
