import { createHash } from 'node:crypto';
import { FORCE, RAISE } from './calls.ts';
import { SLICES } from './sliding-window.ts';
import type { Script } from './types.ts';

/**
 * Takes from many windows at once. For what a window is, see sliding-window.ts; this is the same in Lua.
 *
 * KEYS: one per item; the same key may come again. ARGV: the time in ms (empty: the server's), then `max`, `windowMs`,
 * `cost` and `times`, each as one number for all items or as a list with commas. `times`: that many checks of that cost,
 * or FORCE to count `cost` whatever is free, or RAISE to count what is missing to a total of `cost`.
 * Answers one string: the time (a double), then for each item what was free before, `resetMs` and `retryAfterMs`
 * (signed integers of 4 bytes); big-endian. As integers of their own they would cost both sides more than the counting.
 *
 * A value is the total, then for each slice when it admitted last (ms modulo 2³²) and how much: big-endian, 4 bytes
 * each. It expires 100 ms after its window, for Redis does not count that from the very time that TIME tells.
 * Reads and writes only KEYS; what is refused is not written.
 */
const TAKE = `
local RANGE, HALF = 4294967296, 2147483648
local pack, unpack, sub, floor = struct.pack, struct.unpack, string.sub, math.floor

local function numbers(text)
  local one = tonumber(text)
  local list = {}
  if one == nil then
    for number in string.gmatch(text, '[^,]+') do list[#list + 1] = tonumber(number) end
  end
  return one, list
end
local one_max, maxes = numbers(ARGV[2])
local one_window, windows = numbers(ARGV[3])
local one_cost, costs = numbers(ARGV[4])
local one_times, times_each = numbers(ARGV[5])

local now = tonumber(ARGV[1])
if now == nil then
  local time = redis.call('TIME')
  now = time[1] * 1000 + floor(time[2] / 1000)
end

local reply = { pack('>d', now) }
for i = 1, #KEYS do
  local max, window = one_max or maxes[i], one_window or windows[i]
  local cost, times = one_cost or costs[i], one_times or times_each[i]

  local state = redis.call('GET', KEYS[i])
  if not state or #state % 8 ~= 4 then state = '' end
  local first, last = 5, #state - 7 -- where the oldest and the newest slice stand
  local total, at = 0, now
  if first <= last then
    total = unpack('>I4', state)
    local ahead = (unpack('>I4', state, last) - now) % RANGE
    if ahead < HALF then
      if ahead > window then
        total, first = 0, last + 8
      else
        at = now + ahead
      end
    end
    while first <= last do
      local label, count = unpack('>I4I4', state, first)
      if (at - label) % RANGE <= window then break end
      total = total - count
      first = first + 8
    end
  end

  local free = max - total
  local admitted = 0
  if times == ${FORCE} then
    admitted = cost
  elseif times == ${RAISE} then
    admitted = cost - total
  elseif cost * times <= free then
    admitted = cost * times
  elseif cost <= free then
    admitted = cost * floor(free / cost)
  end

  if admitted > 0 then
    local slice, count = floor(window / ${SLICES}), admitted
    if slice < 1 then slice = 1 end
    if first <= last then
      local label, before = unpack('>I4I4', state, last)
      local newest = at - (at - label) % RANGE
      if floor(newest / slice) == floor(at / slice) then
        count = count + before
        last = last - 8
      end
    end
    total = total + admitted
    state = pack('>I4', total) .. sub(state, first, last + 7) .. pack('>I4I4', at % RANGE, count)
    first, last = 5, #state - 7
    redis.call('SET', KEYS[i], state, 'PX', window + 100 + at - now)
  end

  local reset, retry = 0, 0
  if first <= last then
    reset = window + 1 + at - now - (at - unpack('>I4', state, first)) % RANGE
  end
  if times > 0 and admitted < cost * times then
    local need = total + cost - max
    while need > 0 and first <= last do
      local label, count = unpack('>I4I4', state, first)
      need = need - count
      retry = window + 1 + at - now - (at - label) % RANGE
      first = first + 8
    end
    if need > 0 then retry = window end
  end
  reply[i + 1] = pack('>i4i4i4', free, reset, retry)
end
return table.concat(reply)
`.trim();

export const takeScript: Script = Object.freeze({ lua: TAKE, sha1: createHash('sha1').update(TAKE).digest('hex') });
