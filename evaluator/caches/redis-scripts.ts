/**
 * What Redis does in one step. Every script gets the keys of one space, `KEYS = head, entries, log`; the layout is described in
 * README.md. A head that does not agree with its entries (one of them was evicted or deleted) counts as no head at all.
 */

const HEAD = `
local head = redis.call('HMGET', KEYS[1], 'version', 'epoch', 'count')
local version, count = tonumber(head[1]), tonumber(head[3])
if version and redis.call('HLEN', KEYS[2]) ~= count then version = nil end
`;

/** → version or nil */
const head = `${HEAD}
return version`;

/**
 * ARGV = version, channel, most log entries, most log characters, characters of this commit, sets, then key and value of each set,
 * then the deleted keys. → 'applied' | 'already' | 'gap'
 */
const publish = `${HEAD}
local next = tonumber(ARGV[1])
if not version or version < next - 1 then return 'gap' end
if version >= next then return 'already' end

local sets, last = tonumber(ARGV[6]), #ARGV
local from = 7
while from < 7 + 2 * sets do
  local to = math.min(from + 1999, 6 + 2 * sets)
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
  for i = 7, 6 + 2 * sets, 2 do
    entry[#entry + 1] = 's' .. ARGV[i]
    entry[#entry + 1] = ARGV[i + 1]
  end
  for i = 7 + 2 * sets, last do
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
redis.call('PUBLISH', ARGV[2], next)
return 'applied'`;

/** KEYS[4] holds the new entries. ARGV = version, channel, epoch. */
const replace = `
redis.call('DEL', KEYS[2], KEYS[3])
if redis.call('EXISTS', KEYS[4]) == 1 then
  redis.call('RENAME', KEYS[4], KEYS[2])
  redis.call('PERSIST', KEYS[2])
end
redis.call('HSET', KEYS[1], 'version', ARGV[1], 'epoch', ARGV[3], 'count', redis.call('HLEN', KEYS[2]), 'logged', 0)
redis.call('PUBLISH', ARGV[2], ARGV[1])`;

/** ARGV = channel. */
const remove = `
if redis.call('DEL', KEYS[1], KEYS[2], KEYS[3]) > 0 then redis.call('PUBLISH', ARGV[1], '') end`;

/**
 * What a reader at a version misses. ARGV = version (or ''), epoch, most commits at once.
 * → {} (absent) | {version} (nothing, or the cache is behind) | {version, epoch, 'commits', log entries} |
 * {version, epoch, 'snapshot', key, value, …}
 */
const follow = `${HEAD}
if not version then return {} end
local known = tonumber(ARGV[1])
if known and ARGV[2] == head[2] then
  if version <= known then return { head[1] } end
  local commits = redis.call('XRANGE', KEYS[3], (known + 1) .. '-0', '+', 'COUNT', ARGV[3])
  if commits[1] and commits[1][1] == (known + 1) .. '-0' then
    return { head[1], head[2], 'commits', commits }
  end
end
return { head[1], head[2], 'snapshot', redis.call('HGETALL', KEYS[2]) }`;

const NOW = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
`;

/**
 * KEYS = edges, this edge's spaces. ARGV = edge, ttl in ms, how long a silent one is kept, channel prefix, then space and version of each
 * receipt. What was said before a silence belongs to another life.
 */
const beat = `${NOW}
local last = redis.call('ZSCORE', KEYS[1], ARGV[1])
if not last or now - last >= tonumber(ARGV[2]) then redis.call('DEL', KEYS[2]) end
redis.call('ZADD', KEYS[1], now, ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[3])
for i = 5, #ARGV, 2 do
  redis.call('HSET', KEYS[2], ARGV[i], ARGV[i + 1])
  redis.call('PUBLISH', ARGV[4] .. ARGV[i], ARGV[i + 1] .. ' ' .. ARGV[1])
end
redis.call('PEXPIRE', KEYS[2], ARGV[3])`;

/** KEYS = live edges, prefix of the edges' spaces. ARGV = ttl in ms, space. → {edge, ms since its last beat, version or ''}… */
const edges = `${NOW}
local answer = {}
local live = redis.call('ZRANGEBYSCORE', KEYS[1], '(' .. (now - ARGV[1]), '+inf', 'WITHSCORES')
for i = 1, #live, 2 do
  answer[#answer + 1] = { live[i], now - live[i + 1], redis.call('HGET', KEYS[2] .. live[i], ARGV[2]) or '' }
end
return answer`;

/** KEYS as of `edges`. ARGV = ttl in ms, how long a silent one is kept, space. → as `edges`, those that had the space. */
const silentEdges = `${NOW}
local answer = {}
local from, to = '(' .. (now - ARGV[2]), now - ARGV[1]
local silent = redis.call('ZRANGEBYSCORE', KEYS[1], from, to, 'WITHSCORES')
for i = 1, #silent, 2 do
  local version = redis.call('HGET', KEYS[2] .. silent[i], ARGV[3])
  if version then answer[#answer + 1] = { silent[i], now - silent[i + 1], version } end
end
return answer`;

export const SCRIPTS = { head, publish, replace, remove, follow, beat, edges, silentEdges } as const;
