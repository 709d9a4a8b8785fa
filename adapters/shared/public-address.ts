/**
 * Which network addresses a stranger's link may lead to. A name that is allowed may still point at the operator's own
 * network, today or a second later; so addresses are judged where the connection is made, and not beforehand.
 */
import { lookup as lookupName } from 'node:dns'
import { BlockList, isIPv4, isIPv6, type LookupFunction } from 'node:net'

/** IPv4 networks that are not the public Internet. Source: IANA's special-purpose address registry. */
const notPublic: readonly (readonly [address: string, prefix: number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
]

const closed = new BlockList()
for (const [address, prefix] of notPublic) {
  closed.addSubnet(address, prefix, 'ipv4')
  // The same networks behind a NAT64 gateway, through which machines with IPv6 only see the rest.
  closed.addSubnet(`64:ff9b::${address}`, 96 + prefix, 'ipv6')
}
/** Tunnels and examples inside the public range of IPv6. */
closed.addSubnet('2001::', 23, 'ipv6')
closed.addSubnet('2001:db8::', 32, 'ipv6')
closed.addSubnet('2002::', 16, 'ipv6')

const open = new BlockList()
open.addSubnet('2000::', 3, 'ipv6')
open.addSubnet('64:ff9b::', 96, 'ipv6')

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')

/** Whether an IP address belongs to the public Internet. */
export function isPublic(address: string): boolean {
  if (isIPv4(address)) return !closed.check(address, 'ipv4')
  return isIPv6(address) && open.check(address, 'ipv6') && !closed.check(address, 'ipv6')
}

/** Whether an IP address is this machine's own. */
export function isLoopback(address: string): boolean {
  return loopback.check(address, isIPv4(address) ? 'ipv4' : 'ipv6')
}

/** `code` of the error with which `guardedLookup` fails. */
export const refusedAddress = 'REFUSED_ADDRESS'

/** Looks a name up for a connection, and refuses it when one of its addresses is not allowed. */
export function guardedLookup(allowed: (address: string) => boolean): LookupFunction {
  return (name, options, done) => {
    lookupName(name, { ...options, all: true }, (error, addresses = []) => {
      const [first] = addresses
      if (error || !first) return done(error ?? refused(), '')
      if (!addresses.every(({ address }) => allowed(address))) return done(refused(), '')
      if (options.all) done(null, addresses)
      else done(null, first.address, first.family)
    })
  }
}

const refused = () => Object.assign(new Error('the address is not allowed'), { code: refusedAddress })
