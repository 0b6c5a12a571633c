package soak

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"sync"
	"time"

	"corridor/internal/demo"
)

const (
	askMost    = 30 * time.Second // for one request
	againFirst = 50 * time.Millisecond
	againMost  = 2 * time.Second
)

// refusal is a node's, with its stable code.
type refusal = demo.Refused

// client acts as one person at one node. A request is sent again until it has a definite answer: the node may be away, and an answer
// may be lost.
type client struct {
	at, email string
	http      *http.Client

	mu    sync.Mutex
	token string
}

func newClient(at, email string) *client {
	return &client{at: at, email: email, http: &http.Client{Timeout: askMost}}
}

// get asks until there is an answer.
func (c *client) get(ctx context.Context, path string, into any) error {
	_, err := c.until(ctx, http.MethodGet, path, "", nil, into)
	return err
}

// until sends a request again until it has a definite answer; it returns how often it was sent.
func (c *client) until(ctx context.Context, method, path, key string, body, into any) (tries int, err error) {
	pause := againFirst
	for {
		tries++
		err = c.once(ctx, method, path, key, body, into)
		var r *refusal
		switch {
		case err == nil:
			return tries, nil
		case errors.As(err, &r) && r.Status == http.StatusUnauthorized:
			c.signOut()
		case errors.As(err, &r) && r.Status < 500 && r.Status != http.StatusTooManyRequests:
			return tries, err
		}
		if !wait(ctx, pause) {
			return tries, errors.Join(ctx.Err(), err)
		}
		pause = min(pause*2, againMost)
	}
}

func (c *client) signOut() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.token = ""
}

func (c *client) once(ctx context.Context, method, path, key string, body, into any) error {
	token, err := c.signedIn(ctx)
	if err != nil {
		return err
	}
	return c.send(ctx, method, path, token, key, body, into)
}

// signedIn is the person's token, who signs in where there is none.
func (c *client) signedIn(ctx context.Context) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.token == "" && c.email != "" {
		var in struct {
			Token string `json:"token"`
		}
		if err := c.send(ctx, http.MethodPost, "/api/v1/sign-in", "", "", map[string]any{"email": c.email, "password": demo.Password}, &in); err != nil {
			return "", err
		}
		c.token = in.Token
	}
	return c.token, nil
}

func (c *client) send(ctx context.Context, method, path, token, key string, body, into any) error {
	return demo.Ask(ctx, c.http, c.at, token, method, path, key, body, into)
}

// attach brings a file into a case, which is named by the path of its operations, and returns its digest.
func (c *client) attach(ctx context.Context, at, name, text string) (string, error) {
	var f struct {
		Digest string `json:"digest"`
	}
	_, err := c.until(ctx, http.MethodPost, at+"/files?name="+url.QueryEscape(name), "", []byte(text), &f)
	return f.Digest, err
}
