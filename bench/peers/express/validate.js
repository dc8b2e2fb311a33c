'use strict'

/** Validates the fields of an event by the rules of docs/protocol.md; reports all errors. */

const TYPES = new Set(['pageview', 'click', 'session_end', 'custom'])
const CONTROL = /[\u0000-\u001f\u007f]/
const ISO =
  /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}([.,]\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$/i
const MAX_METADATA_KEYS = 32
const MAX_METADATA_LEVELS = 4
const MAX_METADATA_BYTES = 8 * 1024

function isText(value, minLength, maxLength) {
  return (
    typeof value === 'string' &&
    value.length >= minLength &&
    value.length <= maxLength &&
    !CONTROL.test(value) &&
    value.isWellFormed()
  )
}

function isPlain(value, level) {
  if (value === null || typeof value === 'boolean') return true
  if (typeof value === 'string') return isText(value, 0, MAX_METADATA_BYTES)
  if (typeof value === 'number') return Math.abs(value) <= Number.MAX_SAFE_INTEGER + 1
  if (level > MAX_METADATA_LEVELS) return false
  if (Array.isArray(value)) return value.every((each) => isPlain(each, level + 1))
  const keys = Object.keys(value)
  if (keys.length > MAX_METADATA_KEYS) return false
  return keys.every((key) => isText(key, 0, 256) && isPlain(value[key], level + 1))
}

function isMetadata(value) {
  if (typeof value !== 'object' || Array.isArray(value) || !isPlain(value, 1)) return false
  return Buffer.byteLength(JSON.stringify(value)) <= MAX_METADATA_BYTES
}

/** Returns milliseconds since the epoch, NaN if it is invalid. The default zone is UTC. */
function parseTimestamp(text) {
  if (typeof text !== 'string' || !ISO.test(text)) return NaN
  const hasTime = text.length > 10
  const hasZone = /(Z|[+-]\d{2}:?\d{2})$/i.test(text.slice(10))
  return Date.parse(hasTime && !hasZone ? text + 'Z' : text)
}

/** Returns `{fields}`, the errors, or `{event}`. */
function check(body) {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    return { fields: [{ field: '', message: 'should be a JSON object' }] }
  }
  const fields = []
  const wrong = (field, message) => fields.push({ field, message })
  const text = (field, minLength, maxLength, required) => {
    const value = body[field]
    if (value === undefined || value === null) {
      if (required) wrong(field, `is required: text of ${minLength} to ${maxLength} characters`)
    } else if (!isText(value, minLength, maxLength)) {
      wrong(field, `should be text of ${minLength} to ${maxLength} characters`)
    }
  }
  const { type, timestamp, metadata } = body
  if (!TYPES.has(type)) wrong('type', `should be one of ${[...TYPES].join(', ')}`)
  text('sessionId', 1, 128, true)
  text('page', 1, 2048, type === 'pageview' || type === 'click')
  text('name', 1, 64, type === 'custom')
  text('country', 0, 64, false)
  text('eventId', 0, 64, false)
  let at = null
  if (timestamp !== undefined && timestamp !== null) {
    at = parseTimestamp(timestamp)
    if (Number.isNaN(at)) wrong('timestamp', 'should be ISO 8601, like 2025-07-20T10:30:00Z')
  }
  if (metadata !== undefined && metadata !== null && !isMetadata(metadata)) {
    wrong('metadata', 'should be an object of at most 32 keys, 4 levels and 8 KiB')
  }
  if (fields.length) return { fields }
  return {
    event: {
      id: body.eventId || '',
      type,
      name: body.name || '',
      page: body.page || '',
      sessionId: body.sessionId,
      at,
      country: body.country || 'Unknown',
      metadata: metadata || {}
    }
  }
}

module.exports = { check }
