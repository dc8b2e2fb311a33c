'use strict'

/**
 * Serves the core of the protocol with Node: Express for REST, ws for the socket, one process.
 *
 *     NODE_ENV=production node server.js [port]
 *
 * It has no resume, filters, alerts, rate limits, bounded backlogs and presence messages, which is
 * to its advantage.
 */

const http = require('node:http')
const { timingSafeEqual } = require('node:crypto')
const express = require('express')
const { WebSocketServer, WebSocket } = require('ws')
const { check } = require('./validate')
const { State } = require('./state')
const { Tracking } = require('./track')

const EVENT_BYTES = '64kb'
const TRACK_BYTES = '16kb'
const TRACKED_EVENTS = 20
const BATCH_BYTES = '1mb'
const BATCH_EVENTS = 1000
const MESSAGE_BYTES = 65_536
const PING_MS = 20_000
const LOOPBACK = /^https?:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/
const CODES = { 400: 'invalid_json', 413: 'too_large', 415: 'unsupported_media_type' }
const KEY = process.env.VISITORS_INGEST_KEY || ''

const state = new State()
const tracking = new Tracking()
const app = express()
const server = http.createServer(app)
const sockets = new WebSocketServer({
  noServer: true,
  perMessageDeflate: false,
  maxPayload: MESSAGE_BYTES
})

/** Encodes each message once for all clients. */
function broadcast(messages) {
  if (!sockets.clients.size) return
  for (const message of messages) {
    const bytes = Buffer.from(JSON.stringify(message))
    for (const client of sockets.clients) {
      if (client.readyState === WebSocket.OPEN) client.send(bytes, { binary: false })
    }
  }
}

function reject(response, status, error, fields = []) {
  state.reject(error)
  response.status(status).json({ success: false, error, message: `Rejected: ${error}.`, fields })
}

function mayRead(origin) {
  return origin === undefined || LOOPBACK.test(origin)
}

function hasKey(request, body) {
  if (!KEY) return true
  const bearer = /^Bearer (.+)$/.exec(request.get('authorization') || '')
  const sent = Buffer.from((bearer && bearer[1]) || request.get('x-ingest-key') || body?.key || '')
  const key = Buffer.from(KEY)
  return sent.length === key.length && timingSafeEqual(sent, key)
}

function allowAnyOrigin(request, response, next) {
  response.set('Access-Control-Allow-Origin', '*')
  if (request.method !== 'OPTIONS') return next()
  response.set('Access-Control-Allow-Methods', 'POST')
  response.set('Access-Control-Allow-Headers', 'Content-Type, Authorization, X-Ingest-Key')
  response.sendStatus(204)
}

function requireOwnOrigin(request, response, next) {
  if (mayRead(request.get('origin'))) next()
  else reject(response, 403, 'forbidden')
}

/** Rejects other content types, which express.json ignores. */
function requireJson(request, response, next) {
  if (request.body === undefined) reject(response, 415, 'unsupported_media_type')
  else next()
}

const TYPES = ['application/json', 'text/plain']
const json = (limit) => express.json({ limit, strict: false, type: TYPES })

app.disable('x-powered-by')
app.disable('etag')
app.set('trust proxy', 'loopback')

app.use(['/api/events', '/api/track'], allowAnyOrigin)

app.post('/api/events', json(EVENT_BYTES), requireJson, (request, response) => {
  if (!hasKey(request, request.body)) return reject(response, 401, 'unauthorized')
  const { event, fields } = check(request.body)
  if (fields) return reject(response, 400, 'invalid_event', fields)
  const { id, receivedAt, duplicate, messages } = state.accept(event)
  broadcast(messages)
  const answer = { success: true, eventId: id, receivedAt }
  if (duplicate) response.json({ ...answer, duplicate })
  else response.status(201).json(answer)
})

app.post('/api/events/batch', json(BATCH_BYTES), requireJson, (request, response) => {
  const items = request.body
  if (!Array.isArray(items)) return reject(response, 400, 'invalid_event')
  if (items.length > BATCH_EVENTS) return reject(response, 413, 'too_large')
  const answer = { accepted: 0, duplicates: 0, rejected: [] }
  items.forEach((item, index) => {
    const { event, fields } = hasKey(request, item) ? check(item) : { fields: [] }
    if (fields) {
      state.reject('invalid_event')
      answer.rejected.push({ index, error: 'invalid_event', fields })
      return
    }
    const { duplicate, messages } = state.accept(event)
    answer[duplicate ? 'duplicates' : 'accepted']++
    broadcast(messages)
  })
  response.json(answer)
})

/** Counts what one object of the tracker becomes. Returns the id of an event, or the wrong fields. */
function track(sent, request) {
  const { optedOut, bot, event: made, fields: unreadable } = tracking.event(sent, request)
  if (unreadable) return { fields: unreadable }
  if (optedOut) state.reject('opted_out')
  if (bot) state.countBot(bot)
  if (!made) return {}
  const { event, fields } = check(made)
  if (fields) return { fields }
  const { id, messages } = state.accept(event)
  broadcast(messages)
  return { id }
}

app.post('/api/track', json(TRACK_BYTES), requireJson, (request, response) => {
  const items = Array.isArray(request.body) ? request.body : [request.body]
  if (items.length > TRACKED_EVENTS) return reject(response, 413, 'too_large')
  if (!hasKey(request, items[0])) return reject(response, 401, 'unauthorized')
  const results = items.map((sent) => track(sent, request))
  const fields = results.flatMap((each) => each.fields || [])
  if (fields.length) return reject(response, 400, 'invalid_event', fields)
  response.status(202).json({ success: true, eventId: results[0]?.id })
})

app.get('/api/analytics/summary', requireOwnOrigin, (request, response) => {
  response.json(state.summary(sockets.clients.size))
})

app.get('/healthz', (request, response) => {
  response.json({ status: 'ok', ready: true })
})

app.use((request, response) => reject(response, 404, 'not_found'))

// Express recognizes an error handler by its four parameters.
app.use((error, request, response, next) => {
  const status = error.status || 500
  reject(response, status, CODES[status] || 'internal_error')
})

server.on('upgrade', (request, socket, head) => {
  const path = request.url.split('?', 1)[0]
  if (path !== '/ws' || !mayRead(request.headers.origin)) {
    socket.end(`HTTP/1.1 ${path === '/ws' ? '403 Forbidden' : '404 Not Found'}\r\n\r\n`)
    return
  }
  sockets.handleUpgrade(request, socket, head, (client) => sockets.emit('connection', client))
})

sockets.on('connection', (client) => {
  const totalDashboards = sockets.clients.size
  client.isAlive = true
  client.on('pong', () => (client.isAlive = true))
  client.on('error', () => client.terminate())
  client.send(JSON.stringify(state.initialData(totalDashboards)))
  const connectedAt = new Date().toISOString()
  client.send(JSON.stringify({ type: 'user_connected', data: { totalDashboards, connectedAt } }))
})

setInterval(() => broadcast(state.advance(Date.now())), 1000)
setInterval(() => {
  for (const client of sockets.clients) {
    if (!client.isAlive) client.terminate()
    client.isAlive = false
    client.ping()
  }
}, PING_MS)

process.on('SIGTERM', () => process.exit(0))

server.listen({ port: Number(process.argv[2] || 0), host: '127.0.0.1', backlog: 2048 }, () => {
  console.log(`Express on http://localhost:${server.address().port}`)
})
