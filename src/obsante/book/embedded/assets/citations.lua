-- Citations of the whole book, in Pandoc's built-in author-date style.
local problems = require 'problems'
local references = require 'references'
local M = {}

local function known_keys(entries)
  local keys = {}
  for _, entry in ipairs(entries) do keys[pandoc.utils.stringify(entry.id)] = true end
  return keys
end

--- Check the citations; the pages that have some, in order.
local function check(pages, keys)
  local citing = pandoc.List {}
  for _, page in ipairs(pages) do
    page.blocks:walk { Cite = function(cite)
      if citing[#citing] ~= page then citing:insert(page) end
      for _, citation in ipairs(cite.citations) do
        if not keys[citation.id] then
          problems.add(page, '@' .. citation.id, {
            found = ("citation of '%s', which the bibliography does not have"):format(citation.id),
            expected = references.nearest(citation.id, keys),
            remedy = 'correct the key, or add the entry to the bibliography',
          })
        end
      end
    end }
  end
  return citing
end

local function bibliography_page(pages)
  for _, page in ipairs(pages) do
    if page.ids.refs then return page end
  end
end

--- Links to an entry of the bibliography, from whatever page, lead to the page that holds it.
local function link_entries(page, target)
  local prefix = references.SCHEME .. target.path
  page.blocks = page.blocks:walk {
    Link = function(link)
      if link.target:match '^#ref%-' then
        link.target = prefix .. link.target
        return link
      end
    end,
    Cite = function(cite) return cite.content end,
  }
end

local function register_entries(page)
  page.blocks:walk { Div = function(div)
    if div.identifier:match '^ref%-' then page.ids[div.identifier] = { page = page } end
  end }
end

--- Replace the citations by their text and fill the page that has `::: {#refs}`.
function M.process(book)
  local entries = pandoc.MetaList {}
  if book.bibliography then
    entries = pandoc.read(book.bibliography, book.bibliography_format).meta.references or entries
  end
  local target = bibliography_page(book.pages)
  local citing = check(book.pages, known_keys(entries))
  if #citing > 0 and not target then
    problems.add(citing[1], '@', {
      found = 'citations, but no page for the bibliography',
      expected = 'a chapter with ::: {#refs} and ::: on two lines',
      remedy = 'add references.qmd to book.chapters',
    })
  end
  if #citing == 0 or #problems.list > 0 then return end
  if not citing:includes(target) then citing:insert(target) end
  local whole = citing:map(function(page) return pandoc.Div(page.blocks) end)
  local meta = { lang = book.lang, references = entries, ['link-citations'] = true }
  local done = pandoc.utils.citeproc(pandoc.Pandoc(whole, meta)).blocks
  for position, page in ipairs(citing) do
    page.blocks = done[position].content
    link_entries(page, target)
  end
  register_entries(target)
end

return M
