package federation

import (
	"context"
	"fmt"
	"strings"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
)

// Version is a version of the community file, or a draft of the next one, with who has signed it and what it changes.
type Version struct {
	Community
	Signed  string   // the note
	By      []string // nodes whose signatures are true, of those that have to sign
	Missing []string // nodes that may still sign
	Need    int      // signatures that are needed
	Changes []Change // against the version before
	Holds   bool     // it could be taken in as it is
	Why     *fault.Error
}

// Change is one difference between two versions.
type Change struct {
	What string // title, from, quorum, witnesses, once, joined, left, name, url, keys, witness, hosts, outside
	Node string // code; "" of the file as a whole
	Old  string
	New  string
}

// Differences lists what a version changes, of the file as a whole first, then by node.
func Differences(old, c Community) (out []Change) {
	say := func(what, node, was, is string) {
		if was != is {
			out = append(out, Change{what, node, was, is})
		}
	}
	once := func(c Community) string {
		if c.Once == nil {
			return ""
		}
		return fmt.Sprintf("%s, %d/h, %d d, %v d", c.Once.Keeper, c.Once.QuestionsHour, c.Once.StaleDays, c.Once.AgainDays)
	}
	say("title", "", old.Title[0], c.Title[0])
	say("from", "", old.From.String(), c.From.String())
	say("quorum", "", fmt.Sprint(old.Quorum), fmt.Sprint(c.Quorum))
	say("witnesses", "", fmt.Sprint(old.Witnesses), fmt.Sprint(c.Witnesses))
	say("once", "", once(old), once(c))
	for _, n := range c.Nodes {
		was, there := old.node(n.Code)
		if !there {
			say("joined", n.Code, "", n.Name[0]+" "+n.URL)
			continue
		}
		say("name", n.Code, was.Name[0]+" "+was.Name[1], n.Name[0]+" "+n.Name[1])
		say("url", n.Code, was.URL, n.URL)
		say("keys", n.Code, keysOf(was), keysOf(n))
		say("witness", n.Code, was.Witness, n.Witness)
		say("hosts", n.Code, fmt.Sprint(was.Hosts), fmt.Sprint(n.Hosts))
		say("outside", n.Code, fmt.Sprint(was.Outside), fmt.Sprint(n.Outside))
	}
	for _, n := range old.Nodes {
		if _, there := c.node(n.Code); !there {
			say("left", n.Code, n.Name[0]+" "+n.URL, "")
		}
	}
	return out
}

func keysOf(n Node) string {
	var out []string
	for _, k := range n.Keys {
		days := ""
		if k.From.Valid() || k.Until.Valid() {
			days = fmt.Sprintf(" [%v, %v]", k.From, k.Until)
		}
		out = append(out, k.Key+days)
	}
	return strings.Join(out, " ")
}

// versionOf is a note as a version after old.
func versionOf(old Community, signed []byte) (v Version, err error) {
	if v.Community, err = readNote(signed); err != nil {
		return v, err
	}
	nodes, need := voters(old, v.Community)
	v.Signed, v.Need, v.Changes = string(signed), need, Differences(old, v.Community)
	for _, n := range nodes {
		if n.signed(signed, v.From) {
			v.By = append(v.By, n.Code)
		} else {
			v.Missing = append(v.Missing, n.Code)
		}
	}
	if _, _, err := Succeed(old, signed); err != nil {
		v.Why = fault.Of(err)
	}
	v.Holds = v.Why == nil
	return v, nil
}

// Versions are those that this node has taken in, the newest first.
func (s *Service) Versions(ctx context.Context) (out []Version, err error) {
	var notes []string
	if err := s.c.DB.Read(ctx, func(tx *db.Tx) error {
		notes, err = selectCommunityNotes(ctx, tx)
		return err
	}); err != nil {
		return nil, err
	}
	var before Community
	for _, n := range notes {
		v, err := versionOf(before, []byte(n))
		if err != nil {
			return nil, err
		}
		out, before = append([]Version{v}, out...), v.Community
	}
	return out, nil
}

// Draft reads a proposed version, signed by nobody or by some: what it would change, and who has still to sign. Nothing is kept.
func (s *Service) Draft(ctx context.Context, who access.Actor, note []byte) (v Version, err error) {
	if _, err := s.mayKeep(who); err != nil {
		return v, err
	}
	now, _, err := s.Community(ctx)
	if err != nil {
		return v, err
	}
	return versionOf(now, note)
}

// SignDraft adds this node's signature to a proposed version, for a person who has read what it changes; the note is handed back to
// be brought to the other members.
func (s *Service) SignDraft(ctx context.Context, who access.Actor, note []byte) (v Version, err error) {
	mandate, err := s.mayKeep(who)
	if err != nil {
		return v, err
	}
	if s.c.Key == "" {
		return v, fault.New(fault.Unavailable, "federation.letters_closed")
	}
	signed, err := SignCommunity(note, s.c.Key)
	if err != nil {
		return v, err
	}
	if v, err = s.Draft(ctx, who, signed); err != nil {
		return v, err
	}
	return v, s.c.DB.Act(ctx, func(tx *db.Tx) error {
		text, _ := cutNote(signed)
		return s.c.Access.Record(ctx, tx, who, access.Entry{Act: "community.sign", Object: fmt.Sprintf("community/%d", v.Version), Mandate: mandate, Detail: DigestText(text)})
	})
}
