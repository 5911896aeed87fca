-- Cross-references, links between chapters, images and citations.
local labels = require 'labels'
local numbering = require 'numbering'
local problems = require 'problems'
local subset = require 'subset'
local M = { SCHEME = 'livre:' }

local function internal(page, id)
  return M.SCHEME .. page.path .. '#' .. (id or '')
end

--- Path and anchor of an internal link target, or nil for any other target.
function M.split(target)
  if target:sub(1, #M.SCHEME) ~= M.SCHEME then return nil end
  return target:sub(#M.SCHEME + 1):match '^(.-)#(.*)$'
end

-- Cross-references ------------------------------------------------------------------------------

local function lowered(id)
  return id:sub(1, 1):lower() .. id:sub(2)
end

local function is_reference(citation)
  return labels.kind(lowered(citation.id)) ~= nil
end

local function reference_text(entry, citation, lang)
  if not entry.number then
    local words = labels.words(lang)
    return pandoc.Inlines { pandoc.Str(words.open) } .. entry.title .. { pandoc.Str(words.close) }
  end
  if citation.mode == 'SuppressAuthor' then return pandoc.Inlines { pandoc.Str(entry.number) } end
  local capital = citation.id ~= lowered(citation.id)
  local word = labels.reference(entry.kind, lang, capital)
  return pandoc.Inlines { pandoc.Str(word .. labels.NBSP), pandoc.Str(entry.number) }
end

local function reference(page, citation, lang)
  local id = lowered(citation.id)
  local entry = numbering.shared[id]
  if not entry then
    problems.add(page, '@' .. citation.id, {
      found = ("reference to '%s', which the book does not have"):format(id),
      expected = M.nearest(id, numbering.shared),
      remedy = 'correct the identifier, or embed what it names',
    })
    return pandoc.Str '?'
  end
  if not entry.number and not entry.title then
    problems.add(page, '@' .. citation.id, {
      found = ("reference to '%s', which has no number"):format(id),
      expected = 'a figure or a table with its caption, or a heading',
      remedy = 'correct what it names, or link to it',
    })
    return pandoc.Str '?'
  end
  return pandoc.Link(reference_text(entry, citation, lang), internal(entry.page, id))
end

local function is_simple(citation)
  return #citation.prefix == 0 and #citation.suffix == 0 and is_reference(citation)
end

local function resolve_cite(page, cite, lang)
  if not cite.citations:find_if(is_reference) then return nil end
  local result = pandoc.Inlines {}
  for position, citation in ipairs(cite.citations) do
    if not is_simple(citation) then
      problems.add(page, '@' .. citation.id, {
        found = 'a cross-reference mixed with a citation, or with words inside its brackets',
        expected = '@fig-x, [@fig-x; @tbl-y] or [-@fig-x]',
        remedy = 'write the words outside the brackets',
      })
      return result
    end
    if position > 1 then result:extend { pandoc.Str ',', pandoc.Space() } end
    result:insert(reference(page, citation, lang))
  end
  return result
end

-- Links and images ------------------------------------------------------------------------------

local function from_root(page, path)
  if path:sub(1, 1) == '/' then return path:sub(2) end
  return pandoc.path.normalize(pandoc.path.join { page.folder, path })
end

local function dead_link(page, target, found, expected)
  problems.add(page, target, { found = found, expected = expected, remedy = 'correct the link' })
end

local function chapter_link(book, page, link, path, anchor)
  local target = path == '' and page or book.by_path[from_root(page, path)]
  if not target then
    dead_link(page, link.target, ("link to '%s', which is not a page of the book"):format(path),
      M.nearest(path, book.by_path))
  elseif anchor ~= '' and not target.ids[anchor] then
    dead_link(page, link.target,
      ("link to the anchor '%s', which %s does not have"):format(anchor, target.path),
      M.nearest(anchor, target.ids))
  else
    link.target = internal(target, anchor)
    return link
  end
end

local function resolve_link(book, page, link)
  local target = link.target
  if target:match '^%a[%w+.-]*:' then return nil end
  local path, anchor = target:match '^([^#]*)#?(.*)$'
  if path == '' or path:match '%.qmd$' then
    return chapter_link(book, page, link, path, anchor)
  end
  link.target = from_root(page, path)
  if not book.files[link.target] then
    dead_link(page, target, ("link to the file '%s'"):format(path), M.nearest(path, book.files))
  end
  return link
end

local function resolve_image(book, page, image, in_figure)
  local alternative = subset.alternative(image)
  if alternative == '' and not in_figure then
    alternative = pandoc.utils.stringify(image.caption)
  end
  local source = image.src
  image.src = from_root(page, source)
  image.caption = { pandoc.Str(alternative) }
  image.attributes['fig-alt'], image.attributes.alt = nil, nil
  book.images:insert { path = page.path, token = source, src = image.src }
  return image
end

--- What was expected instead of a wrong name: the nearest known ones, which Python looks for.
function M.nearest(wrong, known)
  local names = pandoc.List {}
  for name in pairs(known) do names:insert(name) end
  names:sort()
  return { nearest = wrong, among = names }
end

--- Resolve everything that points somewhere in one page.
function M.resolve(book, page)
  local function image(element) return resolve_image(book, page, element, true) end
  page.blocks = page.blocks:walk {
    traverse = 'topdown',
    Figure = function(figure) return figure:walk { Image = image }, false end,
    Image = function(element) return resolve_image(book, page, element, false) end,
  }
  page.blocks = page.blocks:walk {
    Link = function(link) return resolve_link(book, page, link) end,
  }
  page.blocks = labels.walk(page.blocks, page.lang, function(lang)
    return { Cite = function(cite) return resolve_cite(page, cite, lang) end }
  end)
end

return M
