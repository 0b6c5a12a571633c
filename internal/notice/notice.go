package notice

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"time"

	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// Every bound of this room.
const (
	reachedMax   = 500 // people whom one notice reaches
	titleMax     = 200 // characters
	textMax      = 4000
	pathMax      = 500
	keyMax       = 200
	pageMax      = 100 // lines of a list
	unreadMax    = 100 // more are not counted
	hooksMax     = 10  // of one organisation
	hookURLMax   = 500
	hookKindsMax = 50
	problemMax   = 500
	hookTimeMax  = 15 * time.Second
)

// Notice is what is told.
type Notice struct {
	To     Audience
	Kind   string      // what happened: "case.refused"; stable, systems choose by it
	Object string      // to what: "case/ID"
	Path   string      // the page to read on: "/cases/ID", or ""
	Org    string      // the organisation that it is about: its systems hear it too; "" is none
	Title  fault.Words // one line
	Text   fault.Words // plain text, or nothing. No names of persons: it cannot be taken back
	Key    string      // at most one notice of a key for each person; "" is no key
}

// Audience is who is told: one Person, or whoever holds Role for the Region and, where named, the office or organisation
// Org. Without a role it is everybody who holds a role in the organisation. Except is not told: who acted knows.
type Audience struct {
	Person unit.ID
	Role   string
	Region unit.Region
	Org    string
	Except unit.ID
}

// String is how an audience is kept: a person's id, or voucher_review@340000/OFFICE.
func (a Audience) String() string {
	if a.Person != "" {
		return "person/" + string(a.Person)
	}
	s := a.Role
	if a.Region != "" {
		s += "@" + string(a.Region)
	}
	if a.Org != "" {
		s += "/" + a.Org
	}
	return s
}

// People knows who holds what. Both take part in the caller's act or reading.
type People interface {
	// Reached returns at most limit people with a usable account who hold the audience's role as Audience says, by id.
	Reached(ctx context.Context, tx *db.Tx, a Audience, limit int) ([]unit.ID, error)
	// WillReach says that Reached will be asked the same in this act.
	WillReach(ctx context.Context, tx *db.Tx, a Audience, limit int)
	// Address returns a person's name and e-mail address; both are "" for an account that is not in use.
	Address(ctx context.Context, tx *db.Tx, person unit.ID) (name, address string, err error)
}

// Config joins the room to its database and to the ways out of the node.
type Config struct {
	DB     *db.DB
	People People
	// Courier carries e-mail; nil: people are told in the node only.
	Courier Courier
	// Site is the node's address, for links in letters: https://node.example.
	Site string
	// Issuer names the node in letters; "" is Corridor.
	Issuer string
	// Secret encrypts the secrets of hooks; "" allows none to be made.
	Secret string
	// Former are secrets that those of hooks may still be encrypted with.
	Former []string
	// HookLocal allows hooks to this machine and to private networks, over plain http: for demonstrations and tests.
	HookLocal bool
}

// Service is the room. It is safe for concurrent use.
type Service struct {
	c    Config
	http *http.Client // for hooks
}

// New makes the service; it connects to nothing.
func New(c Config) (*Service, error) {
	switch {
	case c.DB == nil || c.People == nil:
		return nil, fmt.Errorf("notice: a database and people are needed")
	case c.Courier != nil && c.Site == "":
		return nil, fmt.Errorf("notice: a courier needs the node's address for its links")
	}
	if c.Issuer == "" {
		c.Issuer = "Corridor"
	}
	c.Site = strings.TrimSuffix(c.Site, "/")
	return &Service{c: c, http: OutsideClient(c.HookLocal)}, nil
}

// kindForm is two to four words: case.refused.
var kindForm = regexp.MustCompile(`^[a-z][a-z_]*(\.[a-z][a-z_]*){1,3}$`)

// check refuses a notice that is not well made: a mistake of the room that tells, not of a user.
func (n Notice) check() error {
	wrong := func(what string) error { return fmt.Errorf("notice %s of %s: %s", n.Kind, n.Object, what) }
	a := n.To
	switch {
	case !kindForm.MatchString(n.Kind):
		return wrong("the kind has another form")
	case a.Person == "" && a.Role == "" && a.Org == "":
		return wrong("it is addressed to nobody")
	case a.Person != "" && (a.Role != "" || a.Region != "" || a.Org != ""):
		return wrong("it is addressed to a person and to a role")
	case n.Title[0] == "" || n.Title[1] == "":
		return wrong("a title in one language is missing")
	case strings.ContainsAny(n.Title[0]+n.Title[1], "\r\n"):
		return wrong("a title has more than one line")
	case (n.Text[0] == "") != (n.Text[1] == ""):
		return wrong("the text in one language is missing")
	case n.Path != "" && !ours(n.Path):
		return wrong("the page is not one of this node")
	case len(n.Key) > keyMax || len(n.Path) > pathMax:
		return wrong("the key or the page is too long")
	}
	return nil
}

// ours says whether a path is a page of this node.
func ours(path string) bool {
	return strings.HasPrefix(path, "/") && !strings.HasPrefix(path, "//") && !strings.ContainsAny(path, "\\\r\n\x00 ")
}

// Tell tells a notice in the caller's act, and returns how many people it reaches now. That nobody holds the role is no
// error: the notice is kept, with nobody reached. Where more than reachedMax hold it, the rest is not told, and that is kept.
func (s *Service) Tell(ctx context.Context, tx *db.Tx, n Notice) (reached int, err error) {
	s.WillTell(ctx, tx, n.Org)
	return s.tell(ctx, tx, n)
}

// WillTell says that a notice will be told, under the name of an organisation and to these audiences.
func (s *Service) WillTell(ctx context.Context, tx *db.Tx, org string, to ...Audience) {
	if !db.Remembers(tx, hookTables, hooksHear(org)) {
		tx.Ahead(ctx, sqlHooksHear, org, 2*hooksMax)
	}
	for _, a := range to {
		if a.Person == "" {
			s.c.People.WillReach(ctx, tx, a, reachedMax+1)
		}
	}
}

// TellEach is Tell for several audiences.
func (s *Service) TellEach(ctx context.Context, tx *db.Tx, n Notice, to ...Audience) error {
	s.WillTell(ctx, tx, n.Org, to...)
	for _, n.To = range to {
		if _, err := s.tell(ctx, tx, n); err != nil {
			return err
		}
	}
	return nil
}

const hookTables = "notice_hook"

// hooksHear is the key of what is remembered of the hooks that hear an organisation's notices.
type hooksHear string

func (s *Service) tell(ctx context.Context, tx *db.Tx, n Notice) (reached int, err error) {
	if err := n.check(); err != nil {
		return 0, err
	}
	people := []unit.ID{n.To.Person}
	if n.To.Person == "" {
		if people, err = s.c.People.Reached(ctx, tx, n.To, reachedMax+1); err != nil {
			return 0, fmt.Errorf("who is %s: %w", n.To, err)
		}
	}
	people, cut := n.those(people)
	told, err := untold(ctx, tx, n.Key, people)
	if err != nil {
		return 0, err
	}
	if n.Key != "" && len(told) == 0 && len(people) > 0 {
		return 0, nil // all of them know already
	}
	hooks, err := db.Remember(tx, hookTables, hooksHear(n.Org), func() ([]Hook, error) {
		return db.Collect(ctx, tx, "hooks of "+n.Org, scanHook, sqlHooksHear, n.Org, 2*hooksMax)
	})
	if err != nil {
		return 0, err
	}
	id := unit.NewID(tx.Now())
	if err := insertNotice(ctx, tx, id, n, len(told), cut); err != nil {
		return 0, err
	}
	for _, person := range told {
		if err := tx.Later(ctx, sqlTold, string(person), string(id), n.Key); err != nil {
			return 0, fmt.Errorf("tell %s to %s: %w", n.Kind, person, err)
		}
		if err := s.leaveMail(ctx, tx, id, person); err != nil {
			return 0, err
		}
	}
	return len(told), s.leaveHooks(ctx, tx, id, n, hooks)
}

// those leaves out who is not to be told, and what is over the bound.
func (n Notice) those(people []unit.ID) (told []unit.ID, cut bool) {
	for _, p := range people {
		if p != n.To.Except {
			told = append(told, p)
		}
	}
	if len(told) > reachedMax {
		return told[:reachedMax], true
	}
	return told, false
}

// shortened cuts a text to so many characters and says so.
func shortened(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return s
}
