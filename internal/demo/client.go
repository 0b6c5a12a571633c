package demo

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

const (
	answerBytesMax = 8 << 20
	askTimeMax     = 20 * time.Second
)

// client asks one node over its public interface, as one person.
type client struct {
	base  string
	token string
	lang  string // of what it is told; "" is zh
	http  *http.Client
}

// Refused is a refusal as the interface tells it (RFC 9457).
type Refused struct {
	Status int    `json:"status"`
	Code   string `json:"code"`
	Field  string `json:"field"`
	Detail string `json:"detail"`
}

func (r *Refused) Error() string {
	return fmt.Sprintf("%d %s: %s", r.Status, r.Code, r.Detail)
}

// signIn returns a client that acts as the person.
func signIn(ctx context.Context, base, email string) (*client, error) {
	c := &client{base: base, http: &http.Client{Timeout: askTimeMax}}
	var answer struct {
		Token string `json:"token"`
	}
	err := c.post(ctx, "/api/v1/sign-in", "", map[string]any{"email": email, "password": Password}, &answer)
	if err != nil {
		return nil, fmt.Errorf("sign in as %s: %w", email, err)
	}
	c.token = answer.Token
	return c, nil
}

// nobody returns a client that is not signed in.
func nobody(base string) *client { return &client{base: base, http: &http.Client{Timeout: askTimeMax}} }

func (c *client) get(ctx context.Context, path string, into any) error {
	return c.ask(ctx, http.MethodGet, path, "", nil, into)
}

// post sends JSON; key, if given, makes the request idempotent.
func (c *client) post(ctx context.Context, path, key string, body, into any) error {
	return c.ask(ctx, http.MethodPost, path, key, body, into)
}

func (c *client) put(ctx context.Context, path string, body, into any) error {
	return c.ask(ctx, http.MethodPut, path, "", body, into)
}

// text fetches a file.
func (c *client) text(ctx context.Context, path string) ([]byte, error) {
	var b []byte
	err := c.ask(ctx, http.MethodGet, path, "", nil, &b)
	return b, err
}

func (c *client) ask(ctx context.Context, method, path, key string, body, into any) error {
	return ask(ctx, c.http, c.base, c.token, c.lang, method, path, key, body, into)
}

// Ask asks the node at base with a person's token, "" for nobody's. body is sent as JSON, or as it is where it is bytes; key, if
// given, makes the request idempotent; into takes the JSON of the answer, or its bytes. A refusal is a *Refused.
func Ask(ctx context.Context, by *http.Client, base, token, method, path, key string, body, into any) error {
	return ask(ctx, by, base, token, "", method, path, key, body, into)
}

func ask(ctx context.Context, by *http.Client, base, token, lang, method, path, key string, body, into any) error {
	send, kind := []byte(nil), "application/json"
	switch v := body.(type) {
	case nil:
	case []byte:
		send, kind = v, "application/octet-stream"
	default:
		var err error
		if send, err = json.Marshal(v); err != nil {
			return err
		}
	}
	r, err := http.NewRequestWithContext(ctx, method, base+path, bytes.NewReader(send))
	if err != nil {
		return err
	}
	if body != nil {
		r.Header.Set("Content-Type", kind)
	}
	if key != "" {
		r.Header.Set("Idempotency-Key", key)
	}
	b, err := do(by, token, lang, r)
	if err != nil || into == nil {
		return err
	}
	if raw, ok := into.(*[]byte); ok {
		*raw = b
		return nil
	}
	if err := json.Unmarshal(b, into); err != nil {
		return fmt.Errorf("%s %s answered what is not the JSON we expect: %w", method, path, err)
	}
	return nil
}

// do sends a request as the person and returns the answer's body; a refusal is an error.
func (c *client) do(r *http.Request) ([]byte, error) { return do(c.http, c.token, c.lang, r) }

func do(by *http.Client, token, lang string, r *http.Request) ([]byte, error) {
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	r.Header.Set("Accept-Language", cmp.Or(lang, "zh"))
	answer, err := by.Do(r)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	b, err := io.ReadAll(io.LimitReader(answer.Body, answerBytesMax))
	if err != nil {
		return nil, err
	}
	if answer.StatusCode >= 300 {
		f := &Refused{}
		if json.Unmarshal(b, f) != nil || f.Code == "" {
			return nil, fmt.Errorf("%s %s answered %s: %.200s", r.Method, r.URL.Path, answer.Status, b)
		}
		f.Status = answer.StatusCode
		return nil, f
	}
	return b, nil
}

// codeOf is the stable code of a refusal, "" for any other error.
func codeOf(err error) string {
	var r *Refused
	if errors.As(err, &r) {
		return r.Code
	}
	return ""
}
