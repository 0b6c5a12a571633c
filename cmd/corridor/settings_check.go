package main

import (
	"fmt"
	"net"
	"net/mail"
	"net/netip"
	"net/url"
	"os/exec"
	"regexp"
	"strings"

	"corridor/internal/fault"
	"corridor/internal/federation"
	"corridor/internal/unit"
)

const (
	secretMin     = 32 // characters of the shortest secret that is taken
	remindDaysMax = 60 // days before a case is due
	peerGiBMax    = 10_000
)

var providerID = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,39}$`)

// check refuses what no node can run with, the first by its name.
func (s settings) check() error {
	for _, part := range []func() error{s.checkNode, s.checkSecret, s.checkWays, s.checkOpenID, s.checkPeers} {
		if err := part(); err != nil {
			return err
		}
	}
	return nil
}

func (s settings) checkNode() error {
	if _, err := unit.ParseRegion(s.Code); err != nil {
		return wrong("code", "six digits of a region, not %q", s.Code)
	}
	if len([]rune(s.Seal)) != 1 {
		return wrong("seal", "one character, not %q", s.Seal)
	}
	if s.Name[0] == "" || s.Name[1] == "" {
		return wrong("name", "the name in zh and in en")
	}
	if s.Dir == "" {
		return wrong("dir", "a folder")
	}
	if s.DSN != "" && !strings.HasPrefix(s.DSN, "sqlite:") && !strings.HasPrefix(s.DSN, "postgres://") && !strings.HasPrefix(s.DSN, "postgresql://") {
		return wrong("dsn", "sqlite:PATH or postgres://…") // what stands there may hold a password, so it is not repeated
	}
	if _, _, err := net.SplitHostPort(s.Address); err != nil {
		return wrong("address", "host:port, not %q", s.Address)
	}
	if s.Origin == "" || strings.ContainsAny(s.Origin, " +\n") {
		return wrong("origin", "the name of the log, such as log.example.gov/34")
	}
	if s.Remind < 1 || s.Remind > remindDaysMax {
		return wrong("remind_days", "1 to %d, not %d", remindDaysMax, s.Remind)
	}
	if s.levelOf() == nil {
		return wrong("log_level", "debug, info, warn or error, not %q", s.LogLevel)
	}
	if words := strings.Fields(s.Scan); len(words) > 0 {
		if _, err := exec.LookPath(words[0]); err != nil {
			return wrong("scan", "a program of this machine, not %q", words[0])
		}
	}
	return nil
}

func (s settings) checkSecret() error {
	switch {
	case s.Secret != "" && s.SecretFile != "":
		return wrong("secret", "either this or secret_file")
	case s.Secret != "" && len(s.Secret) < secretMin:
		return wrong("secret", "at least %d characters", secretMin)
	}
	_, err := s.secret()
	return err
}

// checkWays are the ways out of the node and the metrics.
func (s settings) checkWays() error {
	if s.Site != "" && !webAddress(s.Site, s.Secure) {
		return wrong("site", "the address under which people reach the node, such as https://node.example.gov, not %q", s.Site)
	}
	for i, a := range s.Metrics.Allow {
		if _, err := prefixOf(a); err != nil {
			return wrong(fmt.Sprintf("metrics.allow[%d]", i), "an address or a network such as 10.1.0.0/16, not %q", a)
		}
	}
	m := s.SMTP
	if m == (smtpSetting{}) {
		return nil
	}
	switch {
	case m.Host == "":
		return wrong("smtp.host", "the name of the mail server")
	case m.Port < 0 || m.Port > 65535:
		return wrong("smtp.port", "a port, not %d", m.Port)
	case m.TLS != "" && m.TLS != "required" && m.TLS != "none":
		return wrong("smtp.tls", "required or none, not %q", m.TLS)
	case (m.User == "") != (m.PasswordFile == ""):
		return wrong("smtp.user", "user and password_file go together")
	case s.Site == "":
		return wrong("site", "needed for the links in letters")
	}
	if _, err := mail.ParseAddress(m.From); err != nil {
		return wrong("smtp.from", "the address of the sender, not %q", m.From)
	}
	_, err := s.courier()
	return err
}

// prefixOf reads an address or a network.
func prefixOf(s string) (netip.Prefix, error) {
	if a, err := netip.ParseAddr(s); err == nil {
		return netip.PrefixFrom(a, a.BitLen()), nil
	}
	return netip.ParsePrefix(s)
}

// webAddress says whether it is an address to which a path can be added; safe wants https but to this machine.
func webAddress(s string, safe bool) bool {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil || u.Path != "" {
		return false
	}
	return u.Scheme == "https" || u.Scheme == "http" && (!safe || u.Hostname() == "localhost" || net.ParseIP(u.Hostname()).IsLoopback())
}

func (s settings) checkOpenID() error {
	ids := map[string]bool{}
	for i, p := range s.OpenID {
		name := fmt.Sprintf("openid[%d].", i)
		u, err := url.Parse(p.Issuer)
		switch {
		case !providerID.MatchString(p.ID) || ids[p.ID]:
			return wrong(name+"id", "small letters, digits and -, once, not %q", p.ID)
		case p.Name[0] == "" || p.Name[1] == "":
			return wrong(name+"name", "the name in zh and in en")
		case err != nil || u.Host == "" || u.Scheme != "https" && u.Hostname() != "localhost" && u.Hostname() != "127.0.0.1":
			return wrong(name+"issuer", "an https address, not %q", p.Issuer)
		case p.ClientID == "":
			return wrong(name+"client_id", "the id of this node at the provider")
		case s.Site == "":
			return wrong("site", "needed for people to come back from %s", p.ID)
		}
		ids[p.ID] = true
	}
	_, err := s.providers()
	return err
}

func (s settings) checkPeers() error {
	for i, text := range s.PeerNetworks {
		if _, err := prefixOf(text); err != nil {
			return wrong(fmt.Sprintf("peer_networks[%d]", i), "a network such as 10.1.0.0/16, not %q", text)
		}
	}
	if s.PeerGiB < 1 || s.PeerGiB > peerGiBMax {
		return wrong("peer_gib_a_day", "1 to %d, not %d", peerGiBMax, s.PeerGiB)
	}
	for i, p := range s.Peers {
		name := fmt.Sprintf("peers[%d].", i)
		if _, err := unit.ParseRegion(p.Code); err != nil {
			return wrong(name+"code", "six digits of a region, not %q", p.Code)
		}
		if u, err := url.Parse(p.URL); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			return wrong(name+"url", "an address such as https://node.example.gov, not %q", p.URL)
		}
		if err := federation.CheckAddress(p.URL, false, s.networks()); err != nil {
			return wrong(name+"url", "https on the public network, or an address within peer_networks: %s", fault.Of(err).Sentence(fault.EN))
		}
		if p.Key == "" {
			return wrong(name+"key", "the public key of the neighbour's log")
		}
		if p.Witness != "" && strings.Count(p.Witness, "+") < 2 {
			return wrong(name+"witness", "the public key of the neighbour's witness, or nothing")
		}
	}
	return nil
}
