package main

import (
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"os/exec"
	"reflect"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"

	"corridor/internal/files"
	"corridor/internal/unit"
)

// settings are those of one node. Each has a CORRIDOR_ variable in the environment but the neighbours.
type settings struct {
	Code      string    `yaml:"code"`      // region code of the jurisdiction, six digits
	Seal      string    `yaml:"seal"`      // one character
	Name      [2]string `yaml:"name"`      // zh, en
	Community [2]string `yaml:"community"` // zh, en
	Dir       string    `yaml:"dir"`       // folder of database, files and key
	DSN       string    `yaml:"dsn"`       // "" is SQLite in dir
	Address   string    `yaml:"address"`   // host:port to listen on
	Origin    string    `yaml:"origin"`    // name of the node's log
	Secure    bool      `yaml:"secure"`    // cookies over HTTPS only
	LogLevel  string    `yaml:"log_level"` // debug, info, warn, error
	Scan      string    `yaml:"scan"`      // command that scans uploads, such as clamdscan --no-summary; "" scans nothing
	Peers     []struct {
		Code string    `yaml:"code"`
		Name [2]string `yaml:"name"`
		URL  string    `yaml:"url"`
		Key  string    `yaml:"key"`
	} `yaml:"peers"`
}

// readSettings reads the file, then the environment, and refuses a wrong setting by its name.
func readSettings(path string, env func(string) (string, bool)) (s settings, err error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return s, err
	}
	s = settings{LogLevel: "info", Address: "127.0.0.1:8030", Secure: true}
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
		}
	}
	return s, s.check()
}

func wrong(name, format string, args ...any) error {
	return fmt.Errorf("setting %s: "+format, append([]any{name}, args...)...)
}

// check refuses what no node can run with.
func (s settings) check() error {
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
	if _, _, err := net.SplitHostPort(s.Address); err != nil {
		return wrong("address", "host:port, not %q", s.Address)
	}
	if s.Origin == "" || strings.ContainsAny(s.Origin, " +\n") {
		return wrong("origin", "the name of the log, such as log.example.gov/34")
	}
	if s.levelOf() == nil {
		return wrong("log_level", "debug, info, warn or error, not %q", s.LogLevel)
	}
	if words := strings.Fields(s.Scan); len(words) > 0 {
		if _, err := exec.LookPath(words[0]); err != nil {
			return wrong("scan", "a program of this machine, not %q", words[0])
		}
	}
	for i, p := range s.Peers {
		name := fmt.Sprintf("peers[%d].", i)
		if _, err := unit.ParseRegion(p.Code); err != nil {
			return wrong(name+"code", "six digits of a region, not %q", p.Code)
		}
		if u, err := url.Parse(p.URL); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			return wrong(name+"url", "an address such as https://node.example.gov, not %q", p.URL)
		}
		if p.Key == "" {
			return wrong(name+"key", "the public key of the neighbour's log")
		}
	}
	return nil
}

// scanner is the program that scans uploads; nil when there is none.
func (s settings) scanner() files.Scan {
	words := strings.Fields(s.Scan)
	if len(words) == 0 {
		return nil
	}
	return files.Command(words[0], words[1:]...)
}

func (s settings) levelOf() *slog.Level {
	for _, l := range []slog.Level{slog.LevelDebug, slog.LevelInfo, slog.LevelWarn, slog.LevelError} {
		if strings.EqualFold(l.String(), s.LogLevel) {
			return &l
		}
	}
	return nil
}

func (s settings) level() slog.Level { return *s.levelOf() }
