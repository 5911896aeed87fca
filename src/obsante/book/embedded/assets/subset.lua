-- The subset of Markdown that both renderers understand: anything else is a problem of the source.
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
  Table = { classes = set {}, attributes = set { 'tbl-colwidths' } },
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
      problems.add(page, class, {
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

local function check_string(page, text)
  if text:match '^{[#.=][%w]' or text:match '^:::' then
    problems.add(page, text, {
      found = ("'%s' that belongs to nothing"):format(text),
      expected = 'attributes right after a heading, a link, a span, a figure or a caption; '
        .. 'fences ::: opened and closed on lines of their own',
      remedy = 'correct the syntax at that place',
    })
  end
end

local function check_cells(page, tbl)
  local rows = pandoc.List {}
  rows:extend(tbl.head.rows)
  for _, body in ipairs(tbl.bodies) do rows:extend(body.body) end
  for _, row in ipairs(rows) do
    for _, cell in ipairs(row.cells) do
      local first = cell.contents[1]
      local plain = not first or first.t == 'Plain' or first.t == 'Para'
      if #cell.contents > 1 or not plain or cell.row_span > 1 or cell.col_span > 1 then
        problems.add(page, pandoc.utils.stringify(cell.contents):match '%S*', {
          found = 'a table cell with several blocks, or one that spans several columns',
          expected = 'a simple pipe table',
          remedy = 'split the table',
        })
        return
      end
    end
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
  return given[image.src:gsub('^/', '')] or image.attributes['fig-alt'] or image.attributes.alt or ''
end

local function require_alternative(page, image)
  if not M.alternative(image):match '%S' then
    problems.add(page, image.src, {
      found = ("image '%s' without fig-alt"):format(image.src),
      expected = 'a text that says what the image shows to whoever cannot see it',
      remedy = 'add {fig-alt="..."} after the image, or #| fig-alt: in the notebook cell',
    })
  end
end

local function check_images(page, blocks)
  blocks:walk {
    traverse = 'topdown',
    Figure = function(figure)
      figure:walk { Image = function(image) require_alternative(page, image) end }
      return figure, false
    end,
    Image = function(image)
      if #image.caption == 0 then require_alternative(page, image) end
    end,
  }
end

--- Check a page's blocks, and return them without the comments.
function M.check(page, blocks)
  local function attributes(element) check_attributes(page, element) end
  local function raw(element) return check_raw(page, element) end
  check_images(page, blocks)
  return blocks:walk {
    Header = attributes, Span = attributes, Link = attributes, Image = attributes,
    Figure = attributes, Code = attributes, RawBlock = raw, RawInline = raw,
    Div = function(div) attributes(div); check_visibility(page, div) end,
    Table = function(tbl) attributes(tbl); check_cells(page, tbl) end,
    Str = function(s) check_string(page, s.text) end,
  }
end

return M
