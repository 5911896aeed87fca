-- The subset of Markdown that both renderers understand: anything else is a problem of the source.
local labels = require 'labels'
local problems = require 'problems'
local M = {}

local function set(list)
  local result = {}
  for _, name in ipairs(list) do result[name] = true end
  return result
end

local ALLOWED = {
  Header = { classes = set { 'unnumbered', 'unlisted' }, attributes = set { 'lang', 'dir' } },
  Div = {
    classes = set { 'chiffres-cles', 'chiffre', 'fiche', 'lecture', 'content-visible', 'landscape',
      'pagebreak', 'callout-note', 'callout-tip', 'callout-warning', 'callout-important',
      'callout-caution' },
    attributes = set { 'lang', 'dir', 'title', 'collapse', 'when-format', 'unless-format' },
  },
  Span = { classes = set { 'preuve' }, attributes = set { 'lang', 'dir' } },
  Link = { classes = set { 'preuve', 'calcul', 'uri', 'email' }, attributes = set {} },
  Image = { classes = set {}, attributes = set { 'fig-alt', 'alt', 'width' } },
  Table = { classes = set {}, attributes = set {} },
  Figure = { classes = set {}, attributes = set {} },
  Code = { classes = set {}, attributes = set {} },
}
local FORMATS = set { 'html', 'typst' }

local function names(allowed)
  local list = pandoc.List {}
  for name in pairs(allowed) do list:insert(name) end
  list:sort()
  return #list > 0 and table.concat(list, ', ') or 'none'
end

local function check_attributes(page, element)
  local allowed = ALLOWED[element.t]
  for _, class in ipairs(element.classes) do
    if not allowed.classes[class] then
      problems.add(page, '.' .. class, {
        found = ("class '.%s' on a %s"):format(class, element.t:lower()),
        expected = 'one of: ' .. names(allowed.classes),
        remedy = 'remove the class, or use one that both renderers know',
      })
    end
  end
  for name in pairs(element.attributes) do
    if not allowed.attributes[name] then
      problems.add(page, name .. '=', {
        found = ("attribute '%s' on a %s"):format(name, element.t:lower()),
        expected = 'one of: ' .. names(allowed.attributes),
        remedy = 'remove the attribute',
      })
    end
  end
end

local function check_raw(page, element)
  if element.text:match '^%s*<!%-%-.*%-%->%s*$' then return {} end
  local shown = element.text:match '[^\n]*'
  problems.add(page, shown, {
    found = ("raw %s: %s"):format(element.format, shown),
    expected = 'Markdown that gives the page and the PDF alike',
    remedy = 'write it in Markdown; a tag meant as text goes between backquotes',
  })
end

local function check_visibility(page, div)
  if not div.classes:includes 'content-visible' then return end
  local format = div.attributes['when-format'] or div.attributes['unless-format']
  if not FORMATS[format or ''] then
    problems.add(page, 'content-visible', {
      found = format and ("format '%s'"):format(format) or 'content-visible without a format',
      expected = 'when-format or unless-format, "html" or "typst"',
      remedy = 'name one of the two formats',
    })
  end
end

local function stray_attributes(page, text)
  problems.add(page, text, {
    found = ("'%s' that belongs to nothing"):format(text),
    expected = 'attributes right after a heading, a link, a span, a figure or a caption; '
      .. 'fences ::: opened and closed on lines of their own',
    remedy = 'correct the syntax at that place',
  })
end

local function glued_reference(page, text, citation)
  problems.add(page, text, {
    found = ("'%s' glued to the word before it, hence not a reference"):format(text),
    expected = 'a space or an opening bracket before @',
    remedy = ('write it [%s]'):format(citation),
  })
end

local function other_table(page, text)
  problems.add(page, text, {
    found = 'what looks like a grid table',
    expected = 'a pipe table: | a | b |, then |:---|---:|, then the rows',
    remedy = 'write the table with pipes',
  })
end

local function check_string(page, text)
  local citation = text:match '@%a%a%a%-[%w_-]+'
  if text:match '^{[#.=][%w]' or text:match '^:::' then
    stray_attributes(page, text)
  elseif citation and labels.kind(citation:sub(2):lower()) then
    glued_reference(page, text, citation)
  elseif text:match '^%+[-=:+\128-\255]+%+$' then
    other_table(page, text)
  end
end

-- Texts of the embedded figures, by their path in the site: they never travel through Markdown.
local given = {}

--- Take the alternative texts of the embedded figures.
function M.configure(alternatives)
  given = alternatives
end

--- Alternative text of an image, empty if it has none.
function M.alternative(image)
  local attributes = image.attributes
  return given[image.src:gsub('^/', '')] or attributes['fig-alt'] or attributes.alt or ''
end

local function require_alternative(page, image, seen)
  seen[image.src] = (seen[image.src] or 0) + 1
  if not M.alternative(image):match '%S' then
    problems.add(page, image.src, {
      found = ("image '%s' without fig-alt"):format(image.src),
      expected = 'a text that says what the image shows to whoever cannot see it',
      remedy = 'add {fig-alt="..."} after the image, or #| fig-alt: in the notebook cell',
      occurrence = seen[image.src],
    })
  end
end

local function check_images(page, blocks)
  local seen = {}
  local function inside(image) require_alternative(page, image, seen) end
  blocks:walk {
    traverse = 'topdown',
    Figure = function(figure) figure:walk { Image = inside }; return figure, false end,
    -- In a line of text, the words between brackets are the alternative text.
    Image = function(image) if #image.caption == 0 then inside(image) end end,
  }
end

--- A citation also carries its own text as words, which are not the author's.
local function check_each_word(page, block)
  block:walk {
    traverse = 'topdown',
    Cite = function(cite) return cite, false end,
    Str = function(s) check_string(page, s.text) end,
  }
end

--- Looking at the text of whole paragraphs first is many times faster than at each word.
local function check_words(page, block)
  local text = pandoc.utils.stringify(block)
  if text:match '[{@+]' or text:match ':::' then check_each_word(page, block) end
end

--- Check a page's blocks, and return them without the comments.
function M.check(page, blocks)
  local function attributes(element) check_attributes(page, element) end
  local function raw(element) return check_raw(page, element) end
  local function words(block) check_words(page, block) end
  check_images(page, blocks)
  return blocks:walk {
    Para = words, Plain = words,
    Header = attributes, Table = attributes, Span = attributes, Link = attributes,
    Image = attributes, Figure = attributes, Code = attributes, RawBlock = raw, RawInline = raw,
    Div = function(div) attributes(div); check_visibility(page, div) end,
  }
end

return M
