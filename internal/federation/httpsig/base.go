package httpsig

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// Message is what a signature is about: a request, or with a Status a response.
type Message struct {
	Method    string
	Scheme    string // http or https
	Authority string // as in the Host field
	Path      string // as on the wire
	Query     string // as on the wire, without the question mark
	Status    int    // of a response
	Header    http.Header
}

// Request is a request as a signature sees it: one that came in, or one that is about to go out.
func Request(r *http.Request) Message {
	m := Message{Method: r.Method, Scheme: r.URL.Scheme, Authority: r.Host, Path: r.URL.EscapedPath(), Query: r.URL.RawQuery, Header: r.Header}
	if m.Method == "" {
		m.Method = http.MethodGet
	}
	if m.Authority == "" {
		m.Authority = r.URL.Host
	}
	if m.Scheme == "" {
		m.Scheme = "http"
		if r.TLS != nil {
			m.Scheme = "https"
		}
	}
	return m
}

// Response is a response as a signature sees it.
func Response(r *http.Response) Message { return Message{Status: r.StatusCode, Header: r.Header} }

// base is the text that is signed (RFC 9421, section 2.5).
func (m Message) base(covered []item, p params) (string, error) {
	var b strings.Builder
	seen := map[string]bool{}
	for _, c := range covered {
		name := c.String()
		if seen[name] {
			return "", fmt.Errorf("component %s stands twice", name)
		}
		seen[name] = true
		v, err := m.component(c)
		if err != nil {
			return "", err
		}
		if strings.ContainsAny(v, "\r\n") {
			return "", fmt.Errorf("component %s has more than one line", name)
		}
		fmt.Fprintf(&b, "%s: %s\n", name, v)
	}
	fmt.Fprintf(&b, "%s: %s", serialize("@signature-params"), listText(covered, p))
	return b.String(), nil
}

// component is the value of one covered component (sections 2.1 and 2.2).
func (m Message) component(c item) (string, error) {
	if c.text == "@query-param" {
		return m.queryParam(c)
	}
	if len(c.params) > 0 {
		return "", fmt.Errorf("component %s: its parameters are not known here", c)
	}
	if c.text == "@status" {
		if m.Status == 0 {
			return "", fmt.Errorf("component %s is of a response", c)
		}
		return strconv.Itoa(m.Status), nil
	}
	if strings.HasPrefix(c.text, "@") {
		return m.derived(c)
	}
	if c.text == "" || c.text != strings.ToLower(c.text) {
		return "", fmt.Errorf("component %s is not in lower case", c)
	}
	values := m.Header.Values(c.text)
	if c.text == "host" && len(values) == 0 && m.Authority != "" {
		values = []string{m.Authority} // net/http keeps it apart
	}
	if len(values) == 0 {
		return "", fmt.Errorf("component %s is not in the message", c)
	}
	trimmed := make([]string, len(values))
	for i, v := range values {
		trimmed[i] = strings.Trim(v, " \t")
	}
	return strings.Join(trimmed, ", "), nil
}

func (m Message) derived(c item) (string, error) {
	if m.Status != 0 {
		return "", fmt.Errorf("component %s is of a request", c)
	}
	path := m.Path
	if path == "" {
		path = "/"
	}
	switch c.text {
	case "@method":
		return m.Method, nil
	case "@scheme":
		return strings.ToLower(m.Scheme), nil
	case "@authority":
		return m.authority(), nil
	case "@path":
		return path, nil
	case "@query":
		return "?" + m.Query, nil
	case "@request-target":
		return m.target(path), nil
	case "@target-uri":
		return strings.ToLower(m.Scheme) + "://" + m.authority() + m.target(path), nil
	}
	return "", fmt.Errorf("component %s is not known", c)
}

func (m Message) target(path string) string {
	if m.Query == "" {
		return path
	}
	return path + "?" + m.Query
}

// authority is in lower case and without the port that the scheme has anyway.
func (m Message) authority() string {
	a := strings.ToLower(m.Authority)
	switch strings.ToLower(m.Scheme) {
	case "http":
		return strings.TrimSuffix(a, ":80")
	case "https":
		return strings.TrimSuffix(a, ":443")
	}
	return a
}

// queryParam is the value of a query parameter that stands once, encoded again as section 2.2.8 says.
func (m Message) queryParam(c item) (string, error) {
	name, ok := c.params.get("name")
	text, isText := name.(string)
	if m.Status != 0 || !ok || !isText || len(c.params) != 1 {
		return "", fmt.Errorf("component %s does not name a parameter of a request", c)
	}
	found, value := 0, ""
	for _, pair := range strings.Split(m.Query, "&") {
		k, v, _ := strings.Cut(pair, "=")
		key, err := url.QueryUnescape(k)
		if err != nil || encodeQuery(key) != text {
			continue
		}
		if v, err = url.QueryUnescape(v); err != nil {
			return "", fmt.Errorf("component %s: %w", c, err)
		}
		found, value = found+1, encodeQuery(v)
	}
	if found != 1 {
		return "", fmt.Errorf("component %s stands %d times in the query", c, found)
	}
	return value, nil
}

// encodeQuery is the percent-encoding that section 2.2.8 takes from the URL standard, spaces as %20.
func encodeQuery(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }
