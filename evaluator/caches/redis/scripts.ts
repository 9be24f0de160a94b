/**
 * What Redis does in one step. Every script gets the keys of one space, `KEYS = head, entries, log`; the layout is described in
 * README.md. A head that does not agree with its entries (one of them was evicted or deleted) counts as no head at all.
 *
 * A former release writes the fields that it knows and leaves the others as they were, so each of those says what it belongs to:
 * `history` (`FILLING IDENTITY EPOCH`) the filling, `hash` (`VERSION HASH`) the version. What belongs to another counts as not there.
 */

const HEAD = `
local head = redis.call('HMGET', KEYS[1], 'version', 'epoch', 'count', 'history', 'hash')
local version, count = tonumber(head[1]), tonumber(head[3])
if version and redis.call('HLEN', KEYS[2]) ~= count then version = nil end
local of, identity, history = string.match(head[4] or '', '^(%S+) (%S+) (%S+)$')
if of ~= head[2] then identity, history = '', '' end
local at, hash = string.match(head[5] or '', '^(%S+) (%S+)$')
if at ~= head[1] then hash = '' end
local position = { head[1], identity, history, hash }
`;

/** → {} or {version, identity, epoch, hash}, the last three empty where nobody said. */
const head = `${HEAD}
if not version then return {} end
return position`;

/**
 * ARGV = version, channel, most log entries, most log characters, characters of this commit, sets, identity, epoch, hash, parent (each
 * empty: not said), then key and value of each set, then the deleted keys. → 'applied' | 'already' | 'gap' | 'other': `judgeCommit`
 */
const publish = `${HEAD}
local next, newHash, parent = tonumber(ARGV[1]), ARGV[9], ARGV[10]
if not version then return 'gap' end
if ARGV[8] ~= '' and (ARGV[7] ~= identity or ARGV[8] ~= history) then return 'other' end
if version == next and hash ~= '' and newHash ~= '' and hash ~= newHash then return 'other' end
if version >= next then return 'already' end
if version < next - 1 then return 'gap' end
if hash ~= '' and parent ~= '' and hash ~= parent then return 'other' end

local sets, last = tonumber(ARGV[6]), #ARGV
local from = 11
while from < 11 + 2 * sets do
  local to = math.min(from + 1999, 10 + 2 * sets)
  redis.call('HSET', KEYS[2], unpack(ARGV, from, to))
  from = to + 1
end
while from <= last do
  local to = math.min(from + 1999, last)
  redis.call('HDEL', KEYS[2], unpack(ARGV, from, to))
  from = to + 1
end

local most, room, size = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local logged = tonumber(redis.call('HGET', KEYS[1], 'logged') or 0)
if size > room or sets > 1500 or last > 4500 then
  redis.call('DEL', KEYS[3])
  logged = 0
else
  local entry = { 'size', size }
  for i = 11, 10 + 2 * sets, 2 do
    entry[#entry + 1] = 's' .. ARGV[i]
    entry[#entry + 1] = ARGV[i + 1]
  end
  for i = 11 + 2 * sets, last do
    entry[#entry + 1] = 'd' .. ARGV[i]
    entry[#entry + 1] = ''
  end
  redis.call('XADD', KEYS[3], next .. '-0', unpack(entry))
  logged = logged + size
  while logged > room or redis.call('XLEN', KEYS[3]) > most do
    local oldest = redis.call('XRANGE', KEYS[3], '-', '+', 'COUNT', 1)[1]
    redis.call('XDEL', KEYS[3], oldest[1])
    logged = logged - tonumber(oldest[2][2])
  end
end
redis.call('HSET', KEYS[1], 'version', next, 'count', redis.call('HLEN', KEYS[2]), 'logged', logged)
if newHash == '' then redis.call('HDEL', KEYS[1], 'hash')
else redis.call('HSET', KEYS[1], 'hash', next .. ' ' .. newHash) end
redis.call('PUBLISH', ARGV[2], next)
return 'applied'`;

/**
 * KEYS[4] holds the new entries. ARGV = version, channel, filling, identity, epoch, hash, '1' if adopting.
 * → 'replaced' | 'already' | 'other': `judgeSnapshot`
 */
const replace = `${HEAD}
if version and history ~= '' and ARGV[5] ~= '' then
  if ARGV[4] ~= identity and ARGV[7] ~= '1' then return 'other' end
  local before, begins = tonumber(string.match(history, '^%d+')), tonumber(string.match(ARGV[5], '^%d+'))
  if begins < before or (begins == before and ARGV[5] < history) then return 'other' end
  if ARGV[5] == history then
    if version > tonumber(ARGV[1]) then return 'already' end
    if version == tonumber(ARGV[1]) and hash ~= '' and ARGV[6] ~= '' and hash ~= ARGV[6] then return 'other' end
  end
end
redis.call('DEL', KEYS[2], KEYS[3])
if redis.call('EXISTS', KEYS[4]) == 1 then
  redis.call('RENAME', KEYS[4], KEYS[2])
  redis.call('PERSIST', KEYS[2])
end
redis.call('HSET', KEYS[1], 'version', ARGV[1], 'epoch', ARGV[3], 'count', redis.call('HLEN', KEYS[2]), 'logged', 0)
redis.call('HDEL', KEYS[1], 'history', 'hash')
if ARGV[5] ~= '' then redis.call('HSET', KEYS[1], 'history', ARGV[3] .. ' ' .. ARGV[4] .. ' ' .. ARGV[5]) end
if ARGV[6] ~= '' then redis.call('HSET', KEYS[1], 'hash', ARGV[1] .. ' ' .. ARGV[6]) end
redis.call('PUBLISH', ARGV[2], ARGV[1])
return 'replaced'`;

/** ARGV = channel, identity of who removes (empty: whoever wrote it). */
const remove = `${HEAD}
if ARGV[2] ~= '' and identity ~= '' and ARGV[2] ~= identity then return end
if redis.call('DEL', KEYS[1], KEYS[2], KEYS[3]) > 0 then redis.call('PUBLISH', ARGV[1], '') end`;

/**
 * What a reader at a version misses. ARGV = version (or ''), filling, most commits at once.
 * → {} (absent) | {version} (nothing) | {version, filling, 'behind'} | {version, filling, 'commits', log entries} |
 * {version, filling, 'snapshot', {key, value, …}, {version, identity, epoch, hash}}
 */
const follow = `${HEAD}
if not version then return {} end
local known = tonumber(ARGV[1])
if known and ARGV[2] == head[2] then
  if version < known then return { head[1], head[2], 'behind' } end
  if version == known then return { head[1] } end
  local commits = redis.call('XRANGE', KEYS[3], (known + 1) .. '-0', '+', 'COUNT', ARGV[3])
  if commits[1] and commits[1][1] == (known + 1) .. '-0' then
    return { head[1], head[2], 'commits', commits }
  end
end
return { head[1], head[2], 'snapshot', redis.call('HGETALL', KEYS[2]), position }`;

const NOW = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
`;

/**
 * KEYS = edges, this edge's spaces. ARGV = edge, ttl in ms, how long a silent one is kept, channel prefix, then space, version and
 * history (`IDENTITY EPOCH` or empty) of each receipt. What was said before a silence belongs to another life. The history has a field of
 * its own: a former release reads the version's as a number.
 */
const beat = `${NOW}
local last = redis.call('ZSCORE', KEYS[1], ARGV[1])
if not last or now - last >= tonumber(ARGV[2]) then redis.call('DEL', KEYS[2]) end
redis.call('ZADD', KEYS[1], now, ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[3])
for i = 5, #ARGV, 3 do
  redis.call('HSET', KEYS[2], ARGV[i], ARGV[i + 1], 'history ' .. ARGV[i], ARGV[i + 1] .. ' ' .. ARGV[i + 2])
  redis.call('PUBLISH', ARGV[4] .. ARGV[i], ARGV[i + 1] .. ' ' .. ARGV[1])
end
redis.call('PEXPIRE', KEYS[2], ARGV[3])`;

/**
 * KEYS = live edges, prefix of the edges' spaces. ARGV = ttl in ms, space.
 * → {edge, ms since its last beat, version or '', `VERSION IDENTITY EPOCH` or ''}…
 */
const edges = `${NOW}
local answer = {}
local live = redis.call('ZRANGEBYSCORE', KEYS[1], '(' .. (now - ARGV[1]), '+inf', 'WITHSCORES')
for i = 1, #live, 2 do
  answer[#answer + 1] = { live[i], now - live[i + 1], redis.call('HGET', KEYS[2] .. live[i], ARGV[2]) or '',
    redis.call('HGET', KEYS[2] .. live[i], 'history ' .. ARGV[2]) or '' }
end
return answer`;

/** KEYS as of `edges`. ARGV = ttl in ms, how long a silent one is kept, space. → as `edges`, those that had the space. */
const silentEdges = `${NOW}
local answer = {}
local from, to = '(' .. (now - ARGV[2]), now - ARGV[1]
local silent = redis.call('ZRANGEBYSCORE', KEYS[1], from, to, 'WITHSCORES')
for i = 1, #silent, 2 do
  local version = redis.call('HGET', KEYS[2] .. silent[i], ARGV[3])
  local history = redis.call('HGET', KEYS[2] .. silent[i], 'history ' .. ARGV[3]) or ''
  if version then answer[#answer + 1] = { silent[i], now - silent[i + 1], version, history } end
end
return answer`;

export const SCRIPTS = { head, publish, replace, remove, follow, beat, edges, silentEdges } as const;
