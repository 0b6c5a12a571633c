package federation

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"syscall"
	"time"

	"corridor/internal/fault"
	"corridor/internal/notice"
)

// Where this node asks is said by others: by a person who adds a neighbour, by the community file, by whoever answers for a name
// in the DNS. So that nobody reaches through it what stands beside it, an address counts by this rule, when it is written down and
// again when a connection is made, by the address that the name leads to then:
//
//   - link-local addresses, those of the metadata of clouds, and those that are no host are never asked;
//   - in the networks of the settings (peer_networks) HTTP and HTTPS are asked;
//   - elsewhere HTTPS on the public network is asked; HTTP and private networks only of a neighbour for which a person has
//     confirmed it.
//
// No redirect is followed, and no proxy is used. docs/decisions/0079-a-neighbour-harms-itself.md.

const (
	connectionsMax = 16 // to one neighbour
	headersMax     = 64 << 10
)

// metadata are addresses under which clouds tell a machine its secrets, outside of the link-local blocks.
var metadata = []netip.Addr{netip.MustParseAddr("100.100.100.200"), netip.MustParseAddr("fd00:ec2::254"), netip.MustParseAddr("192.0.0.192")}

// reach is what of a neighbour decides where its connections may lead.
type reach struct{ near, plain bool }

type reachKey struct{}

// reaches lets a request lead where its neighbour may be.
func (s *Service) reaches(ctx context.Context, p Peer) context.Context {
	u, err := url.Parse(p.URL)
	return context.WithValue(ctx, reachKey{}, reach{near: p.Near, plain: err != nil || u.Scheme != "https"})
}

// allowed is the rule.
func allowed(ip netip.Addr, r reach, networks []netip.Prefix) error {
	ip = ip.Unmap().WithZone("")
	inside := slices.ContainsFunc(networks, func(n netip.Prefix) bool { return n.Contains(ip) })
	switch {
	case ip.IsLinkLocalUnicast(), ip.IsMulticast(), ip.IsUnspecified(), slices.Contains(metadata, ip):
		return fault.New(fault.Denied, "federation.address_never", "address", ip.String()).On("url")
	case inside, r.near:
		return nil
	case r.plain:
		return fault.New(fault.Denied, "federation.address_plain", "address", ip.String()).On("url")
	case !notice.Public(ip):
		return fault.New(fault.Denied, "federation.address_near", "address", ip.String()).On("url")
	}
	return nil
}

// reaching is the client by which neighbours are asked.
func reaching(networks []netip.Prefix) *http.Client {
	d := &net.Dialer{Timeout: answerTime, ControlContext: func(ctx context.Context, _, address string, _ syscall.RawConn) error {
		at, err := netip.ParseAddrPort(address)
		if err != nil {
			return fmt.Errorf("address %q: %w", address, err)
		}
		r, _ := ctx.Value(reachKey{}).(reach)
		return allowed(at.Addr(), r, networks)
	}}
	return &http.Client{Transport: &http.Transport{DialContext: d.DialContext, ForceAttemptHTTP2: true, TLSHandshakeTimeout: answerTime,
		ResponseHeaderTimeout: answerTime, MaxResponseHeaderBytes: headersMax, MaxConnsPerHost: connectionsMax, MaxIdleConnsPerHost: connectionsMax,
		IdleConnTimeout: time.Minute}}
}

// CheckAddress refuses, before anybody is asked, an address of which it can be told already that the rule closes it.
func CheckAddress(address string, near bool, networks []netip.Prefix) error {
	u, err := url.Parse(address)
	if err != nil {
		return fault.New(fault.Invalid, "federation.address", "address", clip(address)).On("url")
	}
	if ip, err := netip.ParseAddr(u.Hostname()); err == nil {
		return allowed(ip, reach{near: near, plain: u.Scheme != "https"}, networks)
	}
	if u.Scheme != "https" && !near && len(networks) == 0 {
		return fault.New(fault.Denied, "federation.address_plain", "address", clip(u.Host)).On("url")
	}
	return nil
}
