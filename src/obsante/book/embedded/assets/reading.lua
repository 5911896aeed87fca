-- Reading of the chapters: Markdown to blocks in which figures, tables and callouts have one form.
local labels = require 'labels'
local problems = require 'problems'
local subset = require 'subset'
local M = {}

-- One line per table row, however long: relative column widths would come from the dashes.
local READER = { columns = 1000000 }
-- Pipe tables alone: the others allow cells that no page nor PDF shows well.
local FORMAT = 'markdown-yaml_metadata_block-grid_tables-multiline_tables-simple_tables'

local function inlines(text)
  local blocks = pandoc.read(text, FORMAT, READER).blocks
  return blocks[1] and blocks[1].content or pandoc.Inlines {}
end

--- Remove and return the caption: the last paragraph of a `::: {#fig-x}` or `::: {#tbl-x}`.
local function take_caption(div)
  local last = div.content[#div.content]
  if #div.content > 1 and (last.t == 'Para' or last.t == 'Plain') then
    div.content:remove()
    return last.content
  end
  return pandoc.Inlines {}
end

local function without_caption(page, id)
  problems.add(page, '#' .. id, {
    found = ("'%s' without a caption"):format(id),
    expected = 'the last paragraph of the block, or #| fig-cap: or #| tbl-cap: of the cell',
    remedy = 'write the caption',
  })
end

local function figure_of(page, div)
  local caption = take_caption(div)
  if #caption == 0 then without_caption(page, div.identifier) end
  local attr = pandoc.Attr(div.identifier)
  return pandoc.Figure(div.content, { long = { pandoc.Plain(caption) } }, attr)
end

local function table_of(page, div)
  local caption = take_caption(div)
  if #caption == 0 then without_caption(page, div.identifier) end
  for _, block in ipairs(div.content) do
    if block.t == 'Table' then
      block.identifier = div.identifier
      block.caption = { long = { pandoc.Plain(caption) } }
      return div.content
    end
  end
  problems.add(page, '#' .. div.identifier, {
    found = ("no table in '%s'"):format(div.identifier),
    expected = 'a Markdown pipe table',
    remedy = 'show one in the notebook cell, or rename the cell without tbl-',
  })
end

--- A callout's title becomes its first block, so that it takes no section number.
local function callout_of(div, kind, lang)
  local title = div.attributes.title and inlines(div.attributes.title)
  local first = div.content[1]
  if not title and first and first.t == 'Header' then
    title = first.content
    div.content:remove(1)
  end
  title = title or pandoc.Inlines { pandoc.Str(labels.words(lang)[kind]) }
  div.content:insert(1, pandoc.Plain(title))
  div.attributes.title = nil
  return div
end

local function one_form(page, div)
  local kind = labels.kind(div.identifier)
  if kind == 'fig' then return figure_of(page, div) end
  if kind == 'tbl' then return table_of(page, div) end
end

--- Callouts need the language around them for a default title, hence the walk by hand.
local function title_callouts(blocks, lang)
  return blocks:walk {
    traverse = 'topdown',
    Div = function(div)
      local kind = labels.callout(div)
      local own = div.attributes.lang or lang
      if kind and labels.CALLOUTS[kind] then div = callout_of(div, kind, own) end
      if kind or own ~= lang then
        div.content = title_callouts(div.content, own)
        return div, false
      end
    end,
  }
end

local function with_title(page, blocks)
  if page.title then
    blocks:insert(1, pandoc.Header(1, inlines(page.title), pandoc.Attr('')))
  end
  local first = blocks[1]
  if not (first and first.t == 'Header' and first.level == 1) then
    problems.add(page, '', {
      found = 'no title',
      expected = 'a first line such as: # Title {#sec-title}',
      remedy = 'start the chapter with its title',
    })
    blocks:insert(1, pandoc.Header(1, { pandoc.Str(page.path) }))
  end
  return blocks
end

local function single_title(page, blocks)
  local seen = 0
  blocks:walk { Header = function(header)
    if header.level == 1 then seen = seen + 1 end
    if header.level == 1 and seen > 1 then
      problems.add(page, '# ' .. pandoc.utils.stringify(header.content), {
        found = 'a second title of level 1',
        expected = 'one for a chapter; sections start at ##',
        remedy = 'add a # to the heading and to those under it',
      })
    end
  end }
end

--- A right-to-left language says so; the source may leave the direction out.
local function with_direction(element)
  local lang = element.attributes.lang
  if lang and not element.attributes.dir and labels.direction(lang) == 'rtl' then
    element.attributes.dir = 'rtl'
    return element
  end
end

--- Read one page's text into `page.blocks`.
function M.read(page)
  local blocks = subset.check(page, pandoc.read(page.text, FORMAT, READER).blocks)
  blocks = title_callouts(with_title(page, blocks), page.lang)
  blocks = blocks:walk { Div = function(div) return one_form(page, div) end }
  single_title(page, blocks)
  page.blocks = blocks:walk { Div = with_direction, Span = with_direction, Header = with_direction }
end

return M
