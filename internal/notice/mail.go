package notice

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/wneessen/go-mail"

	"corridor/internal/fault"
)

const mailTimeMax = 20 * time.Second

// MailConfig is the mail server that takes our letters.
type MailConfig struct {
	Host string
	Port int // 587
	// Plain allows a connection without TLS: to a server on this machine only.
	Plain    bool
	User     string // "" signs in to nothing
	Password string
	From     string      // address
	Name     string      // beside it
	TLS      *tls.Config // nil is the machine's trust
}

// Mail is a Courier by SMTP.
type Mail struct {
	c      MailConfig
	client *mail.Client
}

// NewMail checks the settings; it connects to nothing.
func NewMail(c MailConfig) (*Mail, error) {
	if c.Port == 0 {
		c.Port = 587
	}
	if c.Plain && c.Host != "localhost" && !net.ParseIP(c.Host).IsLoopback() {
		return nil, fmt.Errorf("notice: mail without TLS goes to a server on this machine only, not to %s", c.Host)
	}
	options := []mail.Option{mail.WithPort(c.Port), mail.WithTimeout(mailTimeMax), mail.WithTLSPolicy(mail.TLSMandatory)}
	if c.Plain {
		options[2] = mail.WithTLSPolicy(mail.NoTLS)
	}
	if c.TLS != nil {
		options = append(options, mail.WithTLSConfig(c.TLS))
	}
	if c.User != "" {
		options = append(options, mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover), mail.WithUsername(c.User), mail.WithPassword(c.Password))
	}
	client, err := mail.NewClient(c.Host, options...)
	if err != nil {
		return nil, fmt.Errorf("notice: mail server %s: %w", c.Host, err)
	}
	m := &Mail{c, client}
	if _, err := m.message(Letter{Address: c.From, Name: c.Name}); err != nil {
		return nil, fmt.Errorf("notice: the sender's address: %w", err)
	}
	return m, nil
}

func (m *Mail) message(l Letter) (*mail.Msg, error) {
	msg := mail.NewMsg(mail.WithNoDefaultUserAgent())
	if err := msg.FromFormat(m.c.Name, m.c.From); err != nil {
		return nil, err
	}
	if err := msg.AddToFormat(l.Name, l.Address); err != nil {
		return nil, err
	}
	msg.Subject(l.Subject)
	msg.SetBodyString(mail.TypeTextPlain, l.Text)
	msg.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834: nobody's absence answers
	msg.SetDate()
	if l.ID == "" {
		msg.SetMessageID()
	} else {
		msg.SetMessageIDWithValue(l.ID + "@" + m.c.Host)
	}
	return msg, nil
}

// Carry gives a letter to the mail server. What the server refuses for good (5xx) is a fault.Invalid.
func (m *Mail) Carry(ctx context.Context, l Letter) error {
	never := func(err error) error { return fault.New(fault.Invalid, "notice.letter").Because(err) }
	msg, err := m.message(l)
	if err != nil {
		return never(err)
	}
	err = m.client.DialAndSendWithContext(ctx, msg)
	var refused *mail.SendError
	if errors.As(err, &refused) && !refused.IsTemp() && refused.ErrorCode() >= 500 {
		return never(err)
	}
	return err
}
