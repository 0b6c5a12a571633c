package httpsig

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// The part of structured fields (RFC 8941) that signatures use: a dictionary of inner lists or of bytes, items that are texts,
// parameters that are texts, integers or true.

const (
	fieldBytesMax = 16 << 10
	membersMax    = 16
	itemsMax      = 64
)

var errField = errors.New("not a structured field as a signature uses it")

// value is a bare item: string, int64, []byte or true.
type value any

type param struct {
	name  string
	value value
}

type params []param

func (p params) get(name string) (value, bool) {
	for _, x := range p {
		if x.name == name {
			return x.value, true
		}
	}
	return nil, false
}

// item is a text with its parameters.
type item struct {
	text   string
	params params
}

// member is a member of a dictionary: an inner list or bytes.
type member struct {
	label  string
	list   []item
	bytes  []byte
	params params
}

// serialize writes a value as RFC 8941, section 4.1, says.
func serialize(v value) string {
	switch v := v.(type) {
	case string:
		return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(v) + `"`
	case int64:
		return strconv.FormatInt(v, 10)
	case []byte:
		return ":" + base64.StdEncoding.EncodeToString(v) + ":"
	}
	return "?1"
}

func (p params) String() string {
	var b strings.Builder
	for _, x := range p {
		b.WriteString(";" + x.name)
		if x.value != true {
			b.WriteString("=" + serialize(x.value))
		}
	}
	return b.String()
}

func (i item) String() string { return serialize(i.text) + i.params.String() }

// listText is an inner list with its parameters, the value of @signature-params.
func listText(list []item, p params) string {
	var parts []string
	for _, i := range list {
		parts = append(parts, i.String())
	}
	return "(" + strings.Join(parts, " ") + ")" + p.String()
}

// scanner reads a field from the left.
type scanner struct{ rest string }

// parseDictionary reads a dictionary whose members are inner lists or bytes.
func parseDictionary(field string) (out []member, err error) {
	if len(field) > fieldBytesMax {
		return nil, fmt.Errorf("%w: %d bytes", errField, len(field))
	}
	s := &scanner{strings.Trim(field, " ")}
	for s.rest != "" {
		m, err := s.member()
		if err != nil {
			return nil, err
		}
		for _, other := range out {
			if other.label == m.label {
				return nil, fmt.Errorf("%w: %q stands twice", errField, m.label)
			}
		}
		if out = append(out, m); len(out) > membersMax {
			return nil, fmt.Errorf("%w: too many members", errField)
		}
		s.rest = strings.TrimLeft(s.rest, " \t")
		if s.rest == "" {
			break
		}
		if !s.take(",") {
			return nil, errField
		}
		if s.rest = strings.TrimLeft(s.rest, " \t"); s.rest == "" {
			return nil, errField
		}
	}
	return out, nil
}

func (s *scanner) take(what string) bool {
	rest, ok := strings.CutPrefix(s.rest, what)
	if ok {
		s.rest = rest
	}
	return ok
}

func (s *scanner) member() (m member, err error) {
	if m.label, err = s.key(); err != nil {
		return m, err
	}
	if !s.take("=") {
		return m, errField
	}
	if s.take("(") {
		m.list, err = s.innerList()
	} else {
		m.bytes, err = s.byteSequence()
	}
	if err != nil {
		return m, err
	}
	m.params, err = s.params()
	return m, err
}

func (s *scanner) innerList() (out []item, err error) {
	out = []item{}
	for {
		spaced := strings.HasPrefix(s.rest, " ")
		s.rest = strings.TrimLeft(s.rest, " ")
		if s.take(")") {
			return out, nil
		}
		if len(out) > 0 && !spaced || len(out) == itemsMax {
			return nil, errField
		}
		var i item
		if i.text, err = s.text(); err != nil {
			return nil, err
		}
		if i.params, err = s.params(); err != nil {
			return nil, err
		}
		out = append(out, i)
	}
}

func (s *scanner) params() (out params, err error) {
	for s.take(";") {
		s.rest = strings.TrimLeft(s.rest, " ")
		p := param{value: true}
		if p.name, err = s.key(); err != nil {
			return nil, err
		}
		if s.take("=") {
			if p.value, err = s.bare(); err != nil {
				return nil, err
			}
		}
		if _, twice := out.get(p.name); twice || len(out) == itemsMax {
			return nil, errField
		}
		out = append(out, p)
	}
	return out, nil
}

// key is a name: a lower case letter or *, then those, digits and _ - . too.
func (s *scanner) key() (string, error) {
	n := 0
	for n < len(s.rest) {
		c := s.rest[n]
		first := c >= 'a' && c <= 'z' || c == '*'
		if !first && (n == 0 || (c < '0' || c > '9') && c != '_' && c != '-' && c != '.') {
			break
		}
		n++
	}
	if n == 0 {
		return "", errField
	}
	key := s.rest[:n]
	s.rest = s.rest[n:]
	return key, nil
}

func (s *scanner) bare() (value, error) {
	switch {
	case strings.HasPrefix(s.rest, `"`):
		return s.text()
	case strings.HasPrefix(s.rest, ":"):
		return s.byteSequence()
	case s.take("?1"):
		return true, nil
	}
	n := 0
	for n < len(s.rest) && (s.rest[n] >= '0' && s.rest[n] <= '9' || n == 0 && s.rest[n] == '-') {
		n++
	}
	if n > 16 {
		return nil, errField
	}
	i, err := strconv.ParseInt(s.rest[:n], 10, 64)
	if err != nil {
		return nil, errField
	}
	s.rest = s.rest[n:]
	return i, nil
}

func (s *scanner) text() (string, error) {
	if !s.take(`"`) {
		return "", errField
	}
	var b strings.Builder
	for i := 0; i < len(s.rest); i++ {
		switch c := s.rest[i]; {
		case c == '"':
			s.rest = s.rest[i+1:]
			return b.String(), nil
		case c == '\\':
			i++
			if i == len(s.rest) || s.rest[i] != '"' && s.rest[i] != '\\' {
				return "", errField
			}
			b.WriteByte(s.rest[i])
		case c < ' ' || c > '~':
			return "", errField
		default:
			b.WriteByte(c)
		}
	}
	return "", errField
}

func (s *scanner) byteSequence() ([]byte, error) {
	if !s.take(":") {
		return nil, errField
	}
	text, rest, ok := strings.Cut(s.rest, ":")
	b, err := base64.StdEncoding.Strict().DecodeString(text)
	if !ok || err != nil {
		return nil, errField
	}
	s.rest = rest
	return b, nil
}
