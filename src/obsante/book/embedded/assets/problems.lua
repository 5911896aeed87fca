-- Problems of the sources, gathered so that an author sees them all at once.
local M = { list = pandoc.List {} }

--- Remember one problem.
-- @param page    page table, for its path
-- @param token   text to look for in the page's source, which gives the line
-- @param problem table with `found`, `expected`, `remedy`, and `occurrence` (default 1)
function M.add(page, token, problem)
  M.list:insert {
    path = page.path, token = token, occurrence = problem.occurrence or 1,
    found = problem.found, expected = problem.expected, remedy = problem.remedy,
  }
end

return M
