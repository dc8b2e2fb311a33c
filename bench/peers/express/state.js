'use strict'

/** The state in memory: sessions, the counts of today, the last minute. */

const { randomUUID } = require('node:crypto')

const SESSION_TIMEOUT_MS = 300_000
const LAST_MINUTE_MS = 60_000
const FUTURE_MS = 300_000
const MAX_EVENT_IDS = 1_000_000
const JOURNEY_SHOWN = 50
const RECENT_SHOWN = 50
const TOP = 50

const add = (counts, name) => counts.set(name, (counts.get(name) || 0) + 1)

/** Returns the largest 50 counts by name, and the sum of the others. */
function topCounts(counts) {
  if (counts.size <= TOP) return Object.fromEntries(counts)
  const sorted = [...counts].sort((a, b) => b[1] - a[1])
  const shown = Object.fromEntries(sorted.slice(0, TOP))
  shown['(other)'] = sorted.slice(TOP).reduce((sum, each) => sum + each[1], 0)
  return shown
}

class State {
  constructor() {
    this.sessions = new Map() // ordered by last activity
    this.eventIds = new Map()
    this.lastMinute = new Map() // session id -> time, ordered by time
    this.recent = []
    this.seq = 0
    this.counts = { received: 0, accepted: 0, duplicates: 0, rejected: {} }
    this.beginDay(Date.now())
  }

  beginDay(now) {
    this.dayEnds = new Date(now).setHours(24, 0, 0, 0)
    this.visitors = new Set()
    this.events = 0
    this.pages = new Map()
    this.countries = new Map()
    this.devices = new Map()
    this.referrers = new Map()
    this.bots = new Map()
    this.eventIds.clear()
  }

  reject(code) {
    this.counts.received++
    this.counts.rejected[code] = (this.counts.rejected[code] || 0) + 1
  }

  countBot(name) {
    this.counts.received++
    add(this.bots, name)
  }

  /** Counts an event. `messages` is for the dashboards; a duplicate makes none of its own. */
  accept(event) {
    const now = Date.now()
    const messages = this.advance(now)
    this.counts.received++
    const id = event.id || randomUUID()
    const known = this.eventIds.get(id)
    if (known !== undefined) {
      this.counts.duplicates++
      return { id, receivedAt: known, duplicate: true, messages }
    }
    this.counts.accepted++
    this.remember(id, now)
    const at = event.at === null || event.at > now + FUTURE_MS ? now : event.at
    const session = this.visit(event, at, now)
    this.events++
    this.visitors.add(event.sessionId)
    if (event.type === 'pageview') add(this.pages, event.page)
    this.lastMinute.delete(event.sessionId)
    this.lastMinute.set(event.sessionId, now)
    const receivedAt = new Date(now).toISOString()
    const shown = {
      id,
      type: event.type,
      name: event.name,
      page: event.page,
      sessionId: event.sessionId,
      timestamp: new Date(at).toISOString(),
      receivedAt,
      country: event.country,
      metadata: event.metadata
    }
    this.recent.push(shown)
    if (this.recent.length > RECENT_SHOWN) this.recent.shift()
    messages.push(this.message('visitor_update', { event: shown, stats: this.stats() }))
    if (session) messages.push(this.message('session_activity', this.activity(session)))
    return { id, receivedAt, duplicate: false, messages }
  }

  /** Lets time pass. Returns the messages about sessions that have timed out. */
  advance(now) {
    const messages = []
    if (now >= this.dayEnds) this.beginDay(now)
    for (const [id, at] of this.lastMinute) {
      if (at > now - LAST_MINUTE_MS) break
      this.lastMinute.delete(id)
    }
    for (const session of this.sessions.values()) {
      if (session.lastActivityAt > now - SESSION_TIMEOUT_MS) break
      this.sessions.delete(session.id)
      session.endReason = 'timeout'
      messages.push(this.message('session_activity', this.activity(session)))
    }
    return messages
  }

  stats() {
    return {
      totalActive: this.sessions.size,
      totalToday: this.visitors.size,
      pagesVisited: topCounts(this.pages),
      visitorsLastMinute: this.lastMinute.size
    }
  }

  summary(dashboards) {
    this.advance(Date.now())
    return {
      ...this.stats(),
      totalEvents: this.events,
      countries: topCounts(this.countries),
      devices: topCounts(this.devices),
      referrers: topCounts(this.referrers),
      totalDashboards: dashboards,
      recentEvents: [...this.recent].reverse(),
      bots: topCounts(this.bots),
      ...this.counts
    }
  }

  initialData(dashboards) {
    const sessions = [...this.sessions.values()].slice(-100).reverse()
    const data = {
      stats: this.stats(),
      sessions: sessions.map((each) => this.activity(each)),
      recentEvents: [...this.recent].reverse(),
      totalDashboards: dashboards,
      seq: this.seq
    }
    return { type: 'initial_data', data }
  }

  remember(id, now) {
    this.eventIds.set(id, new Date(now).toISOString())
    if (this.eventIds.size > MAX_EVENT_IDS) {
      this.eventIds.delete(this.eventIds.keys().next().value)
    }
  }

  visit(event, at, now) {
    const ends = event.type === 'session_end'
    const { device, referrer } = event.metadata
    let session = this.sessions.get(event.sessionId)
    if (!session) {
      if (ends) return null
      session = {
        id: event.sessionId,
        startedAt: at,
        latestAt: at,
        journey: [],
        truncated: false,
        currentPage: null
      }
      add(this.countries, event.country)
      add(this.devices, device || 'Unknown')
      add(this.referrers, referrer || 'Unknown')
    }
    session.country = event.country
    session.startedAt = Math.min(session.startedAt, at)
    session.latestAt = Math.max(session.latestAt, at)
    session.lastActivityAt = now
    if (event.page) session.currentPage = event.page
    if (event.type === 'pageview') this.view(session, event.page)
    this.sessions.delete(session.id)
    if (ends) session.endReason = 'session_end'
    else this.sessions.set(session.id, session)
    return session
  }

  view(session, page) {
    if (session.journey.at(-1) === page) return
    session.journey.push(page)
    if (session.journey.length > JOURNEY_SHOWN) {
      session.journey.shift()
      session.truncated = true
    }
  }

  activity(session) {
    return {
      sessionId: session.id,
      currentPage: session.currentPage,
      journey: session.journey,
      duration: Math.floor((session.latestAt - session.startedAt) / 1000),
      country: session.country,
      state: session.endReason ? 'ended' : 'active',
      startedAt: new Date(session.startedAt).toISOString(),
      lastActivityAt: new Date(session.lastActivityAt).toISOString(),
      journeyTruncated: session.truncated,
      endReason: session.endReason
    }
  }

  message(type, data) {
    return { type, data, seq: ++this.seq }
  }
}

module.exports = { State }
