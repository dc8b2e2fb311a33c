'use strict'

/**
 * Makes an event of what the tracker sends, as the server's own /api/track does: page, campaign,
 * referrer, source, channel, device, browser, system, country, derived session id, bots, opt-out.
 *
 * One User-Agent, address of a page, referrer and timezone is looked up once; each cache is bounded.
 * It has no signals, goals, sites and keep_query, which is to its advantage.
 */

const { createHash, randomBytes } = require('node:crypto')
const { readFileSync } = require('node:fs')
const { join } = require('node:path')
const { getCountryForTimezone } = require('countries-and-timezones')
const { isbot, isbotMatch } = require('isbot')
const { UAParser } = require('ua-parser-js')

const REFERRERS = join(__dirname, '../../../ingest/tracking/assets/referrers.json')
const TYPES = new Set(['pageview', 'click', 'custom', 'session_end'])
const CACHED = 4096
const MOST_A_MINUTE = 60
const LONGEST_VALUE = 128
const LONGEST_PAGE = 2048
const DEVICES = new Set(['mobile', 'tablet'])
const CHANNELS = new Set(['search', 'social', 'email', 'paid'])
const PAID = new Set(['cpc', 'ppc', 'cpm', 'cpv', 'paid', 'display', 'paidsearch', 'paidsocial'])
const BY_MEDIUM = { email: 'email', newsletter: 'email', social: 'social', organic: 'search' }
const UTM = ['campaign', 'source', 'medium', 'term', 'content']

const byHost = new Map()
const byName = new Map()
for (const [medium, sources] of Object.entries(JSON.parse(readFileSync(REFERRERS)))) {
  for (const [name, hosts] of Object.entries(sources)) {
    const source = { name, channel: CHANNELS.has(medium) ? medium : 'referral' }
    byName.set(name.toLowerCase(), source)
    for (const host of hosts) byHost.set(host.replace(/^www\./, ''), source)
  }
}

/** Keeps the latest results of a function of one text. */
function cached(find) {
  const known = new Map()
  return (text) => {
    if (known.has(text)) return known.get(text)
    if (known.size >= CACHED) known.delete(known.keys().next().value)
    const found = find(text)
    known.set(text, found)
    return found
  }
}

const agentOf = cached((userAgent) => {
  const { device, browser, os } = new UAParser(userAgent).getResult()
  return {
    bot: isbot(userAgent) ? isbotMatch(userAgent) || 'bot' : null,
    device: DEVICES.has(device.type) ? device.type : device.type === 'smarttv' ? 'tv' : 'desktop',
    browser: browser.name || 'Other',
    os: os.name || 'Other'
  }
})

const countryOf = cached((timezone) => getCountryForTimezone(timezone)?.name)

const sourceOf = cached((host) => {
  const labels = host.split('.')
  for (let first = 0; first < labels.length - 1; first++) {
    const source = byHost.get(labels.slice(first).join('.'))
    if (source) return source
  }
  return { name: host, channel: 'referral' }
})

const urlOf = cached((text) => {
  const url = URL.canParse(text) ? new URL(text) : null
  if (!url || !/^https?:$/.test(url.protocol)) return null
  const campaign = {}
  for (const name of UTM) {
    const value = url.searchParams.get(`utm_${name}`)
    if (value) campaign[name] = value.trim().toLowerCase().slice(0, LONGEST_VALUE)
  }
  const source = url.searchParams.get('ref') || url.searchParams.get('source')
  if (source && !campaign.source) campaign.source = source.toLowerCase().slice(0, LONGEST_VALUE)
  return { host: url.hostname.replace(/^www\./, ''), page: url.pathname, campaign }
})

function judge(referrer, { campaign, source, medium }) {
  const named = source && (byName.get(source) || byHost.get(source))
  const found = named ||
    (!source && referrer !== 'Direct' && sourceOf(referrer)) || {
      name: source || 'Direct',
      channel: 'direct'
    }
  let channel = found.channel
  if (medium && PAID.has(medium.replace(/[-_]/g, ''))) channel = 'paid'
  else if (medium && BY_MEDIUM[medium]) channel = BY_MEDIUM[medium]
  else if ((campaign || source) && (channel === 'direct' || channel === 'referral')) {
    channel = 'campaign'
  }
  return { source: found.name, channel }
}

class Tracking {
  constructor() {
    this.salt = randomBytes(32)
    this.minute = 0
    this.views = new Map()
  }

  /** Returns `{optedOut}`, `{fields}`, `{bot}` or `{event}`, the body of an event. */
  event(sent, request) {
    if (request.get('sec-gpc') === '1' || request.get('dnt') === '1') return { optedOut: true }
    const url = typeof sent?.url === 'string' ? urlOf(sent.url) : null
    const fields = []
    if (!TYPES.has(sent?.type)) fields.push({ field: 'type', message: 'is not known' })
    if (!url) fields.push({ field: 'url', message: 'should be an address with http or https' })
    if (fields.length) return { fields }
    const userAgent = request.get('user-agent') || ''
    const agent = agentOf(userAgent)
    if (!userAgent || agent.bot || sent.automated) return { bot: agent.bot || 'automated' }
    const from = sent.referrer ? urlOf(sent.referrer) : null
    const referrer = from && from.host !== url.host ? from.host : 'Direct'
    const platform = (request.get('sec-ch-ua-platform') || '').replaceAll('"', '')
    const country = sent.country || countryOf(sent.timezone || '')
    const sessionId = sent.sessionId || this.derivedId(url.host, request.ip, userAgent)
    if (this.isTooFast(sessionId, sent.type)) return { bot: 'too many pageviews' }
    const metadata = {
      ...sent.metadata,
      ...url.campaign,
      device: agent.device,
      browser: agent.browser,
      os: platform || agent.os,
      referrer,
      ...judge(referrer, url.campaign)
    }
    if (country) metadata.countryFrom = sent.country ? 'body' : 'timezone'
    const page = url.page.slice(0, LONGEST_PAGE)
    const { type, name, eventId } = sent
    return { event: { type, name, eventId, page, sessionId, country, metadata } }
  }

  derivedId(site, address, userAgent) {
    const hash = createHash('blake2b512').update(this.salt)
    return hash.update(`${site}\n${address}\n${userAgent}`).digest('base64url').slice(0, 22)
  }

  isTooFast(sessionId, type) {
    const minute = Math.floor(Date.now() / 60_000)
    if (minute !== this.minute) {
      this.minute = minute
      this.views.clear()
    }
    const views = (this.views.get(sessionId) || 0) + (type === 'pageview' ? 1 : 0)
    this.views.set(sessionId, views)
    return views > MOST_A_MINUTE
  }
}

module.exports = { Tracking }
