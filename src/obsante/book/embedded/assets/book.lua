-- pandoc lua book.lua: book.json (chapters whose shortcodes are resolved) -> result.json (HTML
-- pages, search index, Typst source, images; or the problems of the sources).
package.path = './?.lua'
local bidi = require 'bidi'
local citations = require 'citations'
local html = require 'html'
local labels = require 'labels'
local numbering = require 'numbering'
local problems = require 'problems'
local reading = require 'reading'
local references = require 'references'
local search = require 'search'
local subset = require 'subset'
local typst = require 'typst'
local visibility = require 'visibility'

local function read_json(name)
  local file = assert(io.open(name, 'rb'))
  local text = file:read 'a'
  file:close()
  return pandoc.json.decode(text, false)
end

local function write_json(name, value)
  local file = assert(io.open(name, 'wb'))
  file:write(pandoc.json.encode(value))
  file:close()
end

local function set(list)
  local result = {}
  for _, name in ipairs(list) do result[name] = true end
  return result
end

local function prepare(book)
  book.files, book.images, book.by_path = set(book.files), pandoc.List {}, {}
  for _, page in ipairs(book.pages) do
    book.by_path[page.path] = page
    page.folder = pandoc.path.directory(page.path)
    page.up = ('../'):rep(select(2, page.href:gsub('/', '')))
  end
  labels.configure(book.lang, book.crossref)
  subset.configure(book.alternatives)
end

local function resolve(book)
  for _, page in ipairs(book.pages) do reading.read(page) end
  numbering.number(book.pages)
  for _, page in ipairs(book.pages) do references.resolve(book, page) end
  citations.process(book)
end

local function split_formats(book)
  for _, page in ipairs(book.pages) do
    bidi.process(page)
    page.html = visibility.blocks(page, 'html')
    page.typst = visibility.blocks(page, 'typst')
    page.shown = visibility.identifiers(page.html)
    page.printed = visibility.identifiers(page.typst)
  end
end

local function render(book)
  split_formats(book)
  local full_title = html.suffixed(book.title, book.title_suffix)
  return { images = book.images, search = search.index(book),
    typst = typst.render(book, full_title), html = html.render(book) }
end

local book = read_json 'book.json'
prepare(book)
resolve(book)
if #problems.list > 0 then
  write_json('result.json', { problems = problems.list })
else
  write_json('result.json', render(book))
end
