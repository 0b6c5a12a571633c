package access

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

const (
	providerTimeMax  = 10 * time.Second
	providerStateMax = 10 * time.Minute // between leaving for a provider and coming back
)

// Provider is an OpenID provider through which people may come in (OpenID Connect Core 1.0, authorisation code with
// PKCE). It gives nobody an account: an account is linked to an identity by its own person, or when they take up an
// invitation, never by an e-mail address that the provider tells.
type Provider struct {
	ID           string // stands in addresses: "city-sso"
	Name         fault.Words
	Issuer       string
	ClientID     string
	ClientSecret string
	RedirectURL  string   // where people come back to: https://node.example/signin/city-sso
	Scopes       []string // besides openid
	// Strong are the values of acr and amr by which the provider says that a second factor was shown to it. Where none is
	// told, the code is asked for here.
	Strong []string
}

type provider struct {
	Provider
	client *http.Client
	mu     sync.Mutex
	found  *oidc.Provider // what the provider says of itself; guarded by mu, asked once it is needed
}

var providerID = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,39}$`)

func newProviders(all []Provider, client *http.Client) ([]*provider, error) {
	var out []*provider
	for _, p := range all {
		u, err := url.Parse(p.Issuer)
		switch {
		case !providerID.MatchString(p.ID):
			return nil, fmt.Errorf("access: provider %q: the id may have small letters, digits and -", p.ID)
		case slices.ContainsFunc(out, func(o *provider) bool { return o.ID == p.ID || o.Issuer == p.Issuer }):
			return nil, fmt.Errorf("access: provider %s stands twice", p.ID)
		case err != nil || u.Host == "" || p.ClientID == "" || p.RedirectURL == "":
			return nil, fmt.Errorf("access: provider %s needs issuer, client id and redirect address", p.ID)
		case u.Scheme != "https" && u.Hostname() != "localhost" && u.Hostname() != "127.0.0.1":
			return nil, fmt.Errorf("access: provider %s: the issuer must be https", p.ID)
		}
		out = append(out, &provider{Provider: p, client: client})
	}
	return out, nil
}

// Providers lists the providers, in the order of the Config, for the sign-in page. Secrets are left out.
func (s *Service) Providers() []Provider {
	var all []Provider
	for _, p := range s.providers {
		all = append(all, Provider{ID: p.ID, Name: p.Name, Issuer: p.Issuer})
	}
	return all
}

func (s *Service) provider(id string) (*provider, error) {
	i := slices.IndexFunc(s.providers, func(p *provider) bool { return p.ID == id })
	if i < 0 {
		return nil, fault.New(fault.NotFound, "access.provider_unknown", "provider", id)
	}
	return s.providers[i], nil
}

// discover asks the provider about itself, the first time that it is needed; a failure is not remembered.
func (p *provider) discover(ctx context.Context) (*oidc.Provider, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.found == nil {
		// The provider keeps the context for its keys, so it is not the request's.
		found, err := oidc.NewProvider(oidc.ClientContext(context.WithoutCancel(ctx), p.client), p.Issuer)
		if err != nil {
			return nil, fault.New(fault.Unavailable, "access.provider_failed", "provider", p.Name).Because(err)
		}
		p.found = found
	}
	return p.found, nil
}

func (p *provider) oauth(o *oidc.Provider) oauth2.Config {
	return oauth2.Config{ClientID: p.ClientID, ClientSecret: p.ClientSecret, RedirectURL: p.RedirectURL, Endpoint: o.Endpoint(),
		Scopes: append([]string{oidc.ScopeOpenID}, p.Scopes...)}
}

// stateOf is what goes through the provider; the ticket that it is made of stays in the browser.
func stateOf(ticket string) string {
	h := sha256.Sum256([]byte("corridor/access/state/1\n" + ticket))
	return base64.RawURLEncoding.EncodeToString(h[:])
}

// Leave begins a sign-in through a provider: address is where the browser goes, ticket a secret that it keeps in a
// cookie and brings back. invitation is the token of one that is being taken up, or "". An actor who is signed in links
// the identity to their own account.
func (s *Service) Leave(ctx context.Context, who Actor, providerID, invitation string) (address, ticket string, err error) {
	p, err := s.provider(providerID)
	if err != nil {
		return "", "", err
	}
	if who.Token {
		return "", "", fault.New(fault.Denied, "access.token_scope", "permission", string(SessionCreate))
	}
	link := ""
	if invitation != "" {
		if _, err := s.livingLink(ctx, invitation); err != nil {
			return "", "", err
		}
		link = hashOf(invitation)
	}
	o, err := p.discover(ctx)
	if err != nil {
		return "", "", err
	}
	ticket = newSecret()
	nonce, verifier := newSecret(), oauth2.GenerateVerifier()
	err = s.db.Act(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, sqlProviderState, hashOf(ticket), p.ID, string(who.Person), link, nonce, verifier,
			db.Micros(tx.Now().Add(providerStateMax)))
		return err
	})
	c := p.oauth(o)
	return c.AuthCodeURL(stateOf(ticket), oidc.Nonce(nonce), oauth2.S256ChallengeOption(verifier)), ticket, err
}

// Returned is what a browser comes back with from a provider.
type Returned struct {
	Provider    string // of the address that it came back to
	State, Code string
	Error       string // what the provider refused, "" if it did not
	Issuer      string // iss of RFC 9207; "" where the provider sends none
	Ticket      string // of the cookie
	Addr, Agent string
}

// trip is what was kept of a Leave.
type trip struct{ provider, person, link, nonce, verifier string }

// Return ends a sign-in through a provider and makes a session. A ticket works once. Where the person needs a code and
// the provider did not tell that a second factor was shown, the Actor is unfinished: GiveCode goes on.
func (s *Service) Return(ctx context.Context, r Returned) (token string, who Actor, err error) {
	p, err := s.provider(r.Provider)
	if err != nil {
		return "", Actor{}, err
	}
	t, err := s.takeTrip(ctx, r)
	if err != nil {
		return "", Actor{}, err
	}
	if t.provider != p.ID || r.Issuer != "" && r.Issuer != p.Issuer {
		return "", Actor{}, fault.New(fault.SignIn, "access.provider_state")
	}
	if r.Error != "" {
		return "", Actor{}, fault.New(fault.SignIn, "access.provider_refused", "provider", p.Name, "said", short(r.Error, nameMax))
	}
	id, err := p.identity(ctx, r.Code, t)
	if err != nil {
		return "", Actor{}, err
	}
	err = s.db.Act(ctx, func(tx *db.Tx) error {
		person, err := s.personOf(ctx, tx, id, t)
		if err != nil {
			return err
		}
		if person.state != "active" {
			return fault.New(fault.SignIn, "access.identity_unknown", "provider", p.Name)
		}
		token, who, err = s.open(ctx, tx, person, id.strong, r.Addr, r.Agent, "provider "+p.ID)
		return err
	})
	return token, who, err
}

// takeTrip finds what was kept of the Leave that the browser comes back from, once.
func (s *Service) takeTrip(ctx context.Context, r Returned) (t trip, err error) {
	lost := fault.New(fault.SignIn, "access.provider_state")
	if r.Ticket == "" || subtle.ConstantTimeCompare([]byte(stateOf(r.Ticket)), []byte(r.State)) != 1 {
		return t, lost
	}
	err = s.db.Act(ctx, func(tx *db.Tx) error {
		var ends int64
		err := tx.QueryRow(ctx, sqlProviderTake, hashOf(r.Ticket)).Scan(&t.provider, &t.person, &t.link, &t.nonce, &t.verifier, &ends)
		if db.NoRows(err) || err == nil && ends <= db.Micros(tx.Now()) {
			return lost
		}
		return err
	})
	return t, err
}

// identity is who somebody is at a provider.
type identity struct {
	issuer, subject string
	strong          bool
}

// identity exchanges the code and checks the ID token: signature, issuer, audience, time and nonce.
func (p *provider) identity(ctx context.Context, code string, t trip) (identity, error) {
	o, err := p.discover(ctx)
	if err != nil {
		return identity{}, err
	}
	failed := func(err error) (identity, error) {
		return identity{}, fault.New(fault.SignIn, "access.provider_failed", "provider", p.Name).Because(err)
	}
	ctx = oidc.ClientContext(ctx, p.client)
	c := p.oauth(o)
	tokens, err := c.Exchange(ctx, code, oauth2.VerifierOption(t.verifier))
	if err != nil {
		return failed(fmt.Errorf("exchange the code: %w", err))
	}
	raw, ok := tokens.Extra("id_token").(string)
	if !ok {
		return failed(fmt.Errorf("there is no ID token"))
	}
	id, err := o.VerifierContext(ctx, &oidc.Config{ClientID: p.ClientID}).Verify(ctx, raw)
	if err != nil {
		return failed(fmt.Errorf("verify the ID token: %w", err))
	}
	if subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(t.nonce)) != 1 {
		return failed(fmt.Errorf("the nonce is not ours"))
	}
	var claims struct {
		ACR string   `json:"acr"`
		AMR []string `json:"amr"`
	}
	if err := id.Claims(&claims); err != nil {
		return failed(fmt.Errorf("read the ID token: %w", err))
	}
	strong := slices.ContainsFunc(append(claims.AMR, claims.ACR), func(v string) bool { return v != "" && slices.Contains(p.Strong, v) })
	return identity{id.Issuer, id.Subject, strong}, nil
}

// personOf finds whose account the identity opens, linking it first where the trip was begun for that.
func (s *Service) personOf(ctx context.Context, tx *db.Tx, id identity, t trip) (p personRow, err error) {
	unknown := fault.New(fault.SignIn, "access.identity_unknown", "provider", id.issuer)
	person := t.person
	if t.link != "" {
		if person, _, err = useLink(ctx, tx, t.link, linkInvite); err != nil {
			return p, err
		}
		n, err := tx.Exec(ctx, sqlPersonActive, person, db.Micros(tx.Now()))
		if err == nil && n != 1 {
			err = fault.New(fault.Gone, "access.link_gone")
		}
		if err != nil {
			return p, err
		}
	}
	if person != "" {
		n, err := tx.Exec(ctx, sqlIdentityInsert, id.issuer, id.subject, person, db.Micros(tx.Now()))
		if err != nil {
			return p, fmt.Errorf("link an identity to %s: %w", person, err)
		}
		if n == 1 {
			if err := s.Record(ctx, tx, Actor{Person: unit.ID(person)}, Entry{Act: "person.link", Object: "person/" + person, Detail: id.issuer}); err != nil {
				return p, err
			}
		}
	}
	var owner string
	err = tx.QueryRow(ctx, sqlIdentityPerson, id.issuer, id.subject).Scan(&owner)
	switch {
	case db.NoRows(err):
		return p, unknown
	case err != nil:
		return p, fmt.Errorf("read an identity: %w", err)
	case person != "" && owner != person:
		return p, fault.New(fault.Conflict, "access.identity_taken")
	}
	p, found, err := personBy(ctx, tx, sqlPersonByID, owner)
	if err == nil && !found {
		err = unknown
	}
	return p, err
}

// Accounts lists the actor's own identities at providers.
func (s *Service) Accounts(ctx context.Context, who Actor) (all []Account, err error) {
	if err := May(who, SessionEnd, Scope{Person: who.Person}); err != nil {
		return nil, err
	}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		all, err = db.Collect(ctx, tx, "identities", scanAccount, sqlIdentitiesOf, string(who.Person), accountsMax)
		return err
	})
	return all, err
}

// Unlink takes an identity of the actor's own away; without a password the last one stays.
func (s *Service) Unlink(ctx context.Context, who Actor, a Account) error {
	if err := May(who, SessionEnd, Scope{Person: who.Person}); err != nil {
		return err
	}
	return s.db.Act(ctx, func(tx *db.Tx) error {
		p, _, err := personBy(ctx, tx, sqlPersonByID, string(who.Person))
		if err != nil {
			return err
		}
		all, err := db.Collect(ctx, tx, "identities", scanAccount, sqlIdentitiesOf, p.id, accountsMax)
		if err != nil {
			return err
		}
		if p.password == "" && len(all) < 2 {
			return fault.New(fault.Conflict, "access.last_way_in")
		}
		n, err := tx.Exec(ctx, sqlIdentityEnd, p.id, a.Issuer, a.Subject)
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.New(fault.NotFound, "access.not_found")
		}
		return s.Record(ctx, tx, who, Entry{Act: "person.unlink", Object: "person/" + p.id, Detail: a.Issuer})
	})
}
