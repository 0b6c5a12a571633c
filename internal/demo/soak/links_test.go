package soak

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// A link knows who asks whom, and each of its states does what it says.
func TestLinks(t *testing.T) {
	var got []string
	node := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		got = append(got, string(b))
		io.WriteString(w, "answer to "+string(b))
	}))
	defer node.Close()
	l := NewLinks(map[string]string{"31": strings.TrimPrefix(node.URL, "http://"), "34": "127.0.0.1:1"}, 1)
	defer l.Close()
	proxy, err := l.From("34")
	if err != nil {
		t.Fatal(err)
	}
	asks := &http.Client{Transport: &http.Transport{Proxy: http.ProxyURL(proxy)}}
	for _, x := range []struct {
		mode    Mode
		send    string
		answer  string // "" is none
		arrives string
	}{
		{Up, "a", "answer to a", "a"},
		{Cut, "b", "", ""},
		{Deaf, "c", "", "c"},
		{Twice, "d", "answer to d", "d d"},
		{Repeated, "e", "answer to e", "? e"},
		{Slow, "f", "answer to f", "f"},
	} {
		got = nil
		l.Set("34", "31", x.mode)
		l.Set("31", "34", Cut) // the other direction is another link
		answer, err := asks.Post(node.URL+lettersPlace, "text/plain", strings.NewReader(x.send))
		said := ""
		if err == nil {
			b, _ := io.ReadAll(answer.Body)
			answer.Body.Close()
			said = string(b)
		}
		arrived := strings.Join(got, " ")
		if x.mode == Repeated && len(got) == 2 && got[0] != "e" {
			arrived = "? e"
		}
		if said != x.answer || arrived != x.arrives {
			t.Errorf("%s: answered %q, arrived %q", x.mode, said, arrived)
		}
	}
	if unknown, _ := url.Parse("http://127.0.0.1:2/"); unknown != nil {
		answer, err := asks.Get(unknown.String())
		if err == nil && answer.StatusCode != http.StatusBadGateway {
			t.Error("a request to nobody was answered with", answer.Status)
		}
	}
}
