package notice

import (
	"bufio"
	"fmt"
	"mime"
	"net"
	"net/mail"
	"strings"
	"sync"
	"testing"

	"corridor/internal/fault"
)

// server speaks as much SMTP (RFC 5321) as a letter needs, on this machine. answer says what a recipient is told.
type server struct {
	net.Listener
	mu     sync.Mutex
	heard  []string // messages
	answer func(rcpt string) string
}

func newServer(t *testing.T) *server {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &server{Listener: l, answer: func(string) string { return "250 ok" }}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go s.serve(c)
		}
	}()
	return s
}

func (s *server) serve(c net.Conn) {
	defer c.Close()
	in := bufio.NewScanner(c)
	say := func(line string) { fmt.Fprintf(c, "%s\r\n", line) }
	say("220 test")
	for in.Scan() {
		verb, rest, _ := strings.Cut(in.Text(), " ")
		switch strings.ToUpper(verb) {
		case "EHLO":
			say("250-test")
			say("250 8BITMIME")
		case "RCPT":
			say(s.answer(rest))
		case "DATA":
			say("354 go on")
			var b strings.Builder
			for in.Scan() && in.Text() != "." {
				b.WriteString(in.Text() + "\n")
			}
			s.mu.Lock()
			s.heard = append(s.heard, b.String())
			s.mu.Unlock()
			say("250 taken")
		case "QUIT":
			say("221 bye")
			return
		default:
			say("250 ok")
		}
	}
}

func (s *server) courier(t *testing.T) *Mail {
	t.Helper()
	m, err := NewMail(MailConfig{Host: "127.0.0.1", Port: s.Addr().(*net.TCPAddr).Port, Plain: true, From: "node@node.example", Name: "测试节点 Test node"})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestMail(t *testing.T) {
	s := newServer(t)
	err := s.courier(t).Carry(t.Context(), Letter{ID: "01ID", Name: "某人 (synthetic)", Address: "p1@x.example", Subject: "申请未通过 / refused", Text: "第一行\n.\nthe third line\n"})
	if err != nil {
		t.Fatal(err)
	}
	if len(s.heard) != 1 {
		t.Fatalf("heard %d letters", len(s.heard))
	}
	m, err := mail.ReadMessage(strings.NewReader(s.heard[0]))
	if err != nil {
		t.Fatal(err)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	if err != nil || subject != "申请未通过 / refused" {
		t.Errorf("the subject is %q, %v", subject, err)
	}
	from, err := mail.ParseAddress(m.Header.Get("From"))
	if err != nil || from.Address != "node@node.example" || from.Name != "测试节点 Test node" {
		t.Errorf("it is from %v, %v", from, err)
	}
	if got := m.Header.Get("Message-ID"); got != "<01ID@127.0.0.1>" {
		t.Errorf("the Message-ID is %q", got)
	}
	if got := m.Header.Get("Auto-Submitted"); got != "auto-generated" {
		t.Errorf("Auto-Submitted is %q", got)
	}
}

// A subject and a name cannot smuggle in a header or another recipient.
func TestMailKeepsItsHeaders(t *testing.T) {
	s := newServer(t)
	err := s.courier(t).Carry(t.Context(), Letter{Name: "A\r\nBcc: evil@x.example", Address: "p1@x.example", Subject: "a\r\nBcc: evil@x.example\r\n\r\nbody", Text: "text"})
	if err != nil {
		return // refused is as good
	}
	m, err := mail.ReadMessage(strings.NewReader(s.heard[0]))
	if err != nil {
		t.Fatal(err)
	}
	if m.Header.Get("Bcc") != "" || len(m.Header["Subject"]) != 1 {
		t.Errorf("got %v", m.Header)
	}
}

func TestMailThatIsRefused(t *testing.T) {
	s := newServer(t)
	for answer, want := range map[string]fault.Kind{
		"550 5.1.1 no such mailbox": fault.Invalid,
		"451 4.3.0 try later":       fault.Internal, // any other error: it is tried again
	} {
		s.answer = func(string) string { return answer }
		if err := s.courier(t).Carry(t.Context(), Letter{Address: "p1@x.example", Subject: "s", Text: "t"}); fault.KindOf(err) != want {
			t.Errorf("%s: got %v, want %s", answer, err, want)
		}
	}
	if err := s.courier(t).Carry(t.Context(), Letter{Address: "no address", Subject: "s", Text: "t"}); fault.KindOf(err) != fault.Invalid {
		t.Errorf("got %v", err)
	}
	c := s.courier(t)
	s.Close()
	if err := c.Carry(t.Context(), Letter{Address: "p1@x.example", Subject: "s", Text: "t"}); err == nil || fault.KindOf(err) == fault.Invalid {
		t.Errorf("a server that is gone: %v", err)
	}
}

// A server without TLS gets no letter, except one on this machine where that is allowed.
func TestMailWantsTLS(t *testing.T) {
	s := newServer(t)
	m, err := NewMail(MailConfig{Host: "127.0.0.1", Port: s.Addr().(*net.TCPAddr).Port, From: "node@node.example"})
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Carry(t.Context(), Letter{Address: "p1@x.example", Subject: "s", Text: "t"}); err == nil || len(s.heard) != 0 {
		t.Errorf("a letter left without TLS: %v", err)
	}
	for what, c := range map[string]MailConfig{
		"plain to another machine": {Host: "mail.example", Plain: true, From: "node@node.example"},
		"no sender":                {Host: "mail.example"},
		"no host":                  {From: "node@node.example"},
	} {
		if _, err := NewMail(c); err == nil {
			t.Errorf("%s was taken", what)
		}
	}
}
