package main

import (
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"reflect"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"

	"corridor/internal/access"
	"corridor/internal/fault"
	"corridor/internal/federation"
	"corridor/internal/files"
	"corridor/internal/notice"
)

// settings are those of one node. Each has a CORRIDOR_ variable in the environment, which goes before the file: a word, a
// number, or what would stand in the file (CORRIDOR_PEERS='[{code: …}]').
type settings struct {
	Code      string    `yaml:"code"`        // region code of the jurisdiction, six digits
	Seal      string    `yaml:"seal"`        // one character
	Name      [2]string `yaml:"name"`        // zh, en
	Community [2]string `yaml:"community"`   // zh, en
	Dir       string    `yaml:"dir"`         // folder of database, files and key
	DSN       string    `yaml:"dsn"`         // "" is SQLite in dir
	Address   string    `yaml:"address"`     // host:port to listen on
	Site      string    `yaml:"site"`        // address under which people reach the node
	Origin    string    `yaml:"origin"`      // name of the node's log
	Secure    bool      `yaml:"secure"`      // cookies over HTTPS only
	LogLevel  string    `yaml:"log_level"`   // debug, info, warn, error
	Remind    int       `yaml:"remind_days"` // how many days before a case is due people are reminded of it
	Scan      string    `yaml:"scan"`        // command that scans uploads, such as clamdscan --no-summary; "" scans nothing

	TaxCheck string `yaml:"tax_check"` // file or address that tells what became of invoices; "" asks nobody

	Secret     string `yaml:"secret"`      // encrypts what is kept secret in the database
	SecretFile string `yaml:"secret_file"` // holds it

	Proxies  []string `yaml:"proxies"`  // addresses and networks of the proxies before the node; their X-Forwarded-For is believed
	Breached string   `yaml:"breached"` // file of digests of breached passwords; "" is none

	Metrics metricsSetting  `yaml:"metrics"`
	SMTP    smtpSetting     `yaml:"smtp"`
	OpenID  []openIDSetting `yaml:"openid"`
	Peers   []peerSetting   `yaml:"peers"`
	// PeerNetworks are those in which neighbours may be besides the public network, and over plain HTTP.
	PeerNetworks []string `yaml:"peer_networks"`
	PeerGiB      int      `yaml:"peer_gib_a_day"` // that are taken of one neighbour in a day
}

// metricsSetting says who reads /metrics without a token: addresses or networks. Nobody named is this machine only.
type metricsSetting struct {
	Allow []string `yaml:"allow"`
}

type smtpSetting struct {
	Host         string `yaml:"host"` // "" sends no letters
	Port         int    `yaml:"port"` // 587
	From         string `yaml:"from"`
	TLS          string `yaml:"tls"` // required, or none to a server on this machine
	User         string `yaml:"user"`
	PasswordFile string `yaml:"password_file"`
}

type openIDSetting struct {
	ID         string    `yaml:"id"`
	Name       [2]string `yaml:"name"`
	Issuer     string    `yaml:"issuer"`
	ClientID   string    `yaml:"client_id"`
	SecretFile string    `yaml:"secret_file"`
	Scopes     []string  `yaml:"scopes"`
	Strong     []string  `yaml:"strong"` // values of acr and amr that stand for a second factor
}

type peerSetting struct {
	Code    string    `yaml:"code"`
	Name    [2]string `yaml:"name"`
	URL     string    `yaml:"url"`
	Key     string    `yaml:"key"`
	Witness string    `yaml:"witness"` // public key of the neighbour's witness; "" asks it for no cosignatures
}

// readSettings reads the file, then the environment, and refuses a wrong setting by its name.
func readSettings(path string, env func(string) (string, bool)) (s settings, err error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return s, err
	}
	s = settings{LogLevel: "info", Remind: 3, Address: "127.0.0.1:8030", Secure: true, PeerGiB: 32}
	if err := yaml.UnmarshalWithOptions(b, &s, yaml.Strict()); err != nil {
		return s, fmt.Errorf("%s: %w", path, err)
	}
	v := reflect.ValueOf(&s).Elem()
	for i := range v.NumField() {
		name := v.Type().Field(i).Tag.Get("yaml")
		text, ok := env("CORRIDOR_" + strings.ToUpper(name))
		if !ok {
			continue
		}
		switch f := v.Field(i); f.Kind() {
		case reflect.String:
			f.SetString(text)
		case reflect.Bool:
			yes, err := strconv.ParseBool(text)
			if err != nil {
				return s, wrong(name, "true or false, not %q", text)
			}
			f.SetBool(yes)
		default:
			f.SetZero()
			if strings.TrimSpace(text) == "" {
				continue
			}
			if err := yaml.UnmarshalWithOptions([]byte(text), f.Addr().Interface(), yaml.Strict()); err != nil {
				return s, wrong(name, "what would stand in the file, in CORRIDOR_%s: %w", strings.ToUpper(name), err)
			}
		}
	}
	s.Site = strings.TrimSuffix(s.Site, "/")
	return s, s.check()
}

func wrong(name, format string, args ...any) error {
	return fmt.Errorf("setting %s: "+format, append([]any{name}, args...)...)
}

// levels of the log of the process.
var levels = []slog.Level{slog.LevelDebug, slog.LevelInfo, slog.LevelWarn, slog.LevelError}

func (s settings) levelOf() *slog.Level {
	for _, l := range levels {
		if strings.EqualFold(l.String(), s.LogLevel) {
			return &l
		}
	}
	return nil
}

func (s settings) level() slog.Level { return *s.levelOf() }

// secret is the one that is set, from the file where one is named; "" leaves it to the key of the log.
func (s settings) secret() (string, error) {
	if s.SecretFile == "" {
		return s.Secret, nil
	}
	text, err := fileText("secret_file", s.SecretFile)
	if err == nil && len(text) < secretMin {
		err = wrong("secret_file", "at least %d characters in %s", secretMin, s.SecretFile)
	}
	return text, err
}

// fileText is the content of a file that a setting names, without the line's end.
func fileText(name, path string) (string, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return "", wrong(name, "a file that can be read: %w", err)
	}
	text := strings.TrimSpace(string(b))
	if text == "" {
		return "", wrong(name, "%s is empty", path)
	}
	return text, nil
}

// courier carries letters by SMTP; nil where none is set.
func (s settings) courier() (notice.Courier, error) {
	m := s.SMTP
	if m.Host == "" {
		return nil, nil
	}
	password := ""
	if m.PasswordFile != "" {
		var err error
		if password, err = fileText("smtp.password_file", m.PasswordFile); err != nil {
			return nil, err
		}
	}
	c, err := notice.NewMail(notice.MailConfig{Host: m.Host, Port: m.Port, Plain: m.TLS == "none", User: m.User, Password: password, From: m.From, Name: s.Name[0]})
	if err != nil {
		return nil, wrong("smtp", "%w", err)
	}
	return c, nil
}

// providers are those of OpenID Connect.
func (s settings) providers() ([]access.Provider, error) {
	var out []access.Provider
	for i, p := range s.OpenID {
		secret := ""
		if p.SecretFile != "" {
			var err error
			if secret, err = fileText(fmt.Sprintf("openid[%d].secret_file", i), p.SecretFile); err != nil {
				return nil, err
			}
		}
		out = append(out, access.Provider{ID: p.ID, Name: fault.Words(p.Name), Issuer: p.Issuer, ClientID: p.ClientID, ClientSecret: secret,
			RedirectURL: s.Site + "/signin/" + p.ID, Scopes: p.Scopes, Strong: p.Strong})
	}
	return out, nil
}

// scanner is the program that scans uploads; nil when there is none.
func (s settings) scanner() files.Scan {
	words := strings.Fields(s.Scan)
	if len(words) == 0 {
		return nil
	}
	return files.Command(words[0], words[1:]...)
}

// networks are those of peer_networks; check has looked at them.
func (s settings) networks() []netip.Prefix {
	var out []netip.Prefix
	for _, text := range s.PeerNetworks {
		if n, err := prefixOf(text); err == nil {
			out = append(out, n)
		}
	}
	return out
}

// peers are the neighbours of the settings.
func (s settings) peers() []federation.Peer {
	var out []federation.Peer
	for _, p := range s.Peers {
		out = append(out, federation.Peer{Code: p.Code, Name: fault.Words(p.Name), URL: p.URL, Key: p.Key, Witness: p.Witness})
	}
	return out
}
