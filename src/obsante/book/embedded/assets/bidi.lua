-- Numbers inside right-to-left text: isolated, else their signs, bounds and groups change places.
local labels = require 'labels'
local M = {}

local CLASS = 'nombre-isole'
-- Spaces that belong to a number, and the minus sign, as plain bytes for Lua's patterns.
local PARTS = { '\u{202f}', '\u{a0}', '\u{2212}', '\u{2013}' }
local MARKS = { '.', ',', ':', ';', '\u{60c}', '\u{61b}', '\u{61f}' }

local function is_numeric(text)
  for _, part in ipairs(PARTS) do text = text:gsub(part, '-') end
  return text:match '%d' ~= nil and text:match '^[%d%[%]%(%)%%.,;:/+-]+$' ~= nil
end

--- Whether a number that stops at `text` goes on after a space: `[27,0 ;` then `33,2]`.
local function goes_on(text)
  return text:match '^[%[%(].*;$' ~= nil
end

local function isolated(inlines)
  return pandoc.Span(inlines, pandoc.Attr('', { CLASS }))
end

--- Text of a Str without its final punctuation, Arabic marks included, and that punctuation.
local function split_end(text)
  local number = text
  for _, mark in ipairs(MARKS) do
    if number:sub(-#mark) == mark then number = number:sub(1, -#mark - 1) end
  end
  return number, text:sub(#number + 1)
end

--- Length in inlines of the number that starts at `position`, 0 if none does.
local function number_length(inlines, position)
  local first, after = inlines[position], inlines[position + 2]
  if first.t ~= 'Str' or not is_numeric((split_end(first.text))) then return 0 end
  local pair = goes_on(first.text) and after and after.t == 'Str'
    and is_numeric((split_end(after.text)))
  return pair and 3 or 1
end

local function isolate(inlines)
  local result, position = pandoc.Inlines {}, 1
  while position <= #inlines do
    local length = number_length(inlines, position)
    if length == 0 then
      result:insert(inlines[position])
      length = 1
    else
      local number, mark = split_end(inlines[position + length - 1].text)
      local parts = pandoc.Inlines { table.unpack(inlines, position, position + length - 2) }
      parts:insert(pandoc.Str(number))
      result:insert(isolated(parts))
      if mark ~= '' then result:insert(pandoc.Str(mark)) end
    end
    position = position + length
  end
  return result
end

--- An author's `[...]{dir="ltr"}` is an isolate too.
local function from_author(span)
  if span.attributes.dir == 'ltr' and not span.attributes.lang then
    return pandoc.Span(span.content, pandoc.Attr(span.identifier, { CLASS }))
  end
end

local function in_language(blocks, lang)
  if labels.direction(lang) == 'ltr' then return nil end
  return blocks:walk {
    traverse = 'topdown',
    Span = function(span)
      local own = from_author(span)
      if own then return own, false end
      -- An isolate just made must not be entered: it would be isolated again, for ever.
      if M.is_isolate(span) or span.attributes.lang then return span, false end
    end,
    Inlines = isolate,
  }
end

local function walk(blocks, lang)
  local function enter(element)
    local own = element.attributes.lang
    if own and own ~= lang then
      element.content = walk(in_language(element.content, own) or element.content, own)
      return element, false
    end
  end
  return blocks:walk { traverse = 'topdown', Div = enter, Span = enter, Header = enter }
end

--- Whether a span is one of these isolates.
function M.is_isolate(span)
  return span.classes:includes(CLASS)
end

--- Isolate the numbers of the right-to-left parts of a page.
function M.process(page)
  local blocks = in_language(page.blocks, page.lang) or page.blocks
  page.blocks = walk(blocks, page.lang)
end

return M
