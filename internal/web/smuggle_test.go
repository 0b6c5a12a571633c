package web

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
)

// Where a request ends is one thing for everybody on the way (ASVS 4.2.1): what names its length in a way that can be read in two is refused; beside a
// transfer coding a length does not count (RFC 9112, 6.3).
func TestNoRequestHidesInAnother(t *testing.T) {
	var seen []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		seen = append(seen, r.Method+" "+r.URL.Path+" "+string(b))
	}))
	defer server.Close()
	hidden := "GET /hidden HTTP/1.1\r\nHost: x\r\n\r\n"
	for _, c := range []struct {
		name, head, body string
		status, served   int
	}{
		{"two lengths", "Content-Length: 0\r\nContent-Length: 31", hidden, 400, 0},
		{"an unknown coding", "Transfer-Encoding: xchunked", hidden, 501, 0},
		{"a length with a sign", "Content-Length: +0", hidden, 400, 0},
		{"a space before the colon", "Content-Length : 0", hidden, 400, 0},
		{"a length that covers it", fmt.Sprintf("Content-Length: %d", len(hidden)), hidden, 200, 1},
		{"chunked and a length of nothing", "Content-Length: 0\r\nTransfer-Encoding: chunked", fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", len(hidden), hidden), 200, 1},
	} {
		seen = nil
		conn, err := net.Dial("tcp", server.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(conn, "POST /open HTTP/1.1\r\nHost: x\r\nConnection: close\r\n%s\r\n\r\n%s", c.head, c.body)
		answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		io.Copy(io.Discard, conn)
		conn.Close()
		if answer.StatusCode != c.status || len(seen) != c.served {
			t.Errorf("%s: status %d, want %d; served %q, want %d requests", c.name, answer.StatusCode, c.status, seen, c.served)
		}
	}
}
