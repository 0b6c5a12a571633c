package casework

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/federation"
	"corridor/internal/files"
	"corridor/internal/notice"
	"corridor/internal/unit"
)

// This file is the other side of abroad.go: cases of other nodes to which an organisation here is a party. Nothing is judged
// here. What people want to do goes to the case's home, and what home shows afterwards is what stands.

// States of what was done by letter.
const (
	ActSent    = "sent" // home has not answered
	ActDone    = "done"
	ActRefused = "refused"
)

// ShadowCase is a case of another node as it was shown last.
type ShadowCase struct {
	ID   unit.ID   // here
	Home string    // region code of the node in which it lives
	Mine bool      // the organisation can act now
	Due  time.Time // until when, of the earliest; zero when no time is counted
	Came time.Time // when it was shown last
	Shadow
}

// ShadowActed is what somebody here did in a case of another node.
type ShadowActed struct {
	ID       unit.ID // of the letter
	Shadow   unit.ID
	Action   string
	Words    fault.Words
	Wanted   ActLetter
	Person   unit.ID
	By       string
	Mandate  string
	At       time.Time
	State    string
	Code     string // of the refusal
	Refusal  fault.Words
	Answered time.Time // zero while home has not answered

	key string
}

// ShadowQuery narrows the list of cases of other nodes; the zero query is all of them, those that wait for us first.
type ShadowQuery struct {
	State string // "mine": we can act; "open", "ended"; "" is any
	Home  string
	No    string
	Sort  string // "due", "opened", "no"; "" is ours first, then the newest change
	Page  int    // from 1
	Rows  int    // 0 is 50
}

// TakeShadow keeps how a case of another node stands, in the act that takes its letter. An older one than is known changes
// nothing.
func (s *Service) TakeShadow(ctx context.Context, tx *db.Tx, l federation.Letter) (any, error) {
	var x Shadow
	if err := json.Unmarshal(l.Body, &x); err != nil {
		return nil, fault.New(fault.Invalid, "casework.abroad_form").Because(err)
	}
	if _, err := unit.ParseID(string(x.Case)); err != nil || x.Seq < 1 || x.Org == "" {
		return nil, fault.New(fault.Invalid, "casework.abroad_form")
	}
	host, err := s.hostOf(ctx, tx, x.Org)
	if err != nil {
		return nil, err
	}
	if host != s.c.Self {
		return nil, fault.New(fault.Denied, "casework.abroad_not_hosted", "node", s.c.Self, "org", clipped(x.Org))
	}
	type answer struct {
		Seq int64 `json:"seq"`
	}
	was, err := selectShadowOf(ctx, tx, l.Peer, x.Case, x.Org)
	switch {
	case db.NoRows(err):
		was = ShadowCase{ID: unit.NewID(tx.Now())}
	case err != nil:
		return nil, err
	case x.Seq <= was.Seq:
		return answer{was.Seq}, nil
	}
	now := ShadowCase{ID: was.ID, Home: l.Peer, Came: tx.Now(), Shadow: x}
	for _, a := range x.Actions {
		now.Mine = now.Mine || !a.Ends || len(x.Actions) == 1
		if !a.Due.IsZero() && (now.Due.IsZero() || a.Due.Before(now.Due)) {
			now.Due = a.Due
		}
	}
	if err := putShadow(ctx, tx, now); err != nil {
		return nil, fmt.Errorf("case %s of %s: %w", x.No, l.Peer, err)
	}
	return answer{x.Seq}, s.tellShadow(ctx, tx, was, now)
}

// tellShadow tells the organisation's people when it is their turn, and of the end.
func (s *Service) tellShadow(ctx context.Context, tx *db.Tx, was, now ShadowCase) error {
	turn, ended := now.Mine && (!was.Mine || was.Stage != now.Stage), now.End != "" && was.End == ""
	if s.c.Notices == nil || now.Gone || !turn && !ended {
		return nil
	}
	n := notice.Notice{To: notice.Audience{Org: now.Org}, Kind: "case.turn", Object: "abroad/" + string(now.ID), Path: "/abroad/" + string(now.ID), Org: now.Org,
		Title: fault.Words{fmt.Sprintf("%s %s：%s", now.Title[0], now.No, now.Words[0]), fmt.Sprintf("%s %s: %s", now.Title[1], now.No, now.Words[1])},
		Key:   fmt.Sprintf("abroad/%s/%d", now.ID, now.Seq)}
	if ended {
		n.Kind = "case.ended"
	}
	_, err := s.c.Notices.Tell(ctx, tx, n)
	return err
}

// Shadows lists the cases of other nodes that the actor's organisations are a party to, and how many there are, counted up
// to a limit.
func (s *Service) Shadows(ctx context.Context, who access.Actor, q ShadowQuery) (out []ShadowCase, total int, err error) {
	if err := access.MaySomewhere(who, access.CaseRead); err != nil {
		return nil, 0, err
	}
	if _, known := shadowOrders[q.Sort]; !known {
		q.Sort = ""
	}
	rows := rowsOf(q.Rows)
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		out, total, err = selectShadows(ctx, tx, shadowWhere(access.ReachOf(who, access.CaseRead), q), (max(q.Page, 1)-1)*rows, rows)
		return err
	})
	return out, total, err
}

// ShadowOf is one case of another node, with what people here did in it, the newest first.
func (s *Service) ShadowOf(ctx context.Context, who access.Actor, id unit.ID) (x ShadowCase, acts []ShadowActed, err error) {
	if err := access.MaySomewhere(who, access.CaseRead); err != nil {
		return x, nil, err
	}
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		if x, err = s.shadowSeen(ctx, tx, who, id); err != nil {
			return err
		}
		acts, err = selectActed(ctx, tx, id)
		return err
	})
	return x, acts, err
}

func (s *Service) shadowSeen(ctx context.Context, tx *db.Tx, who access.Actor, id unit.ID) (ShadowCase, error) {
	x, err := selectShadow(ctx, tx, id)
	if db.NoRows(err) || err == nil && (x.Gone || !access.ReachOf(who, access.CaseRead).Covers(access.Scope{Org: x.Org})) {
		return ShadowCase{}, fault.New(fault.NotFound, "casework.unknown")
	}
	return x, err
}

// ShadowAct is what somebody wants to do in a case of another node.
type ShadowAct struct {
	Action  string
	Version int64 // of the case that the person saw; 0 is the newest that is known here
	Fields  map[string]string
	Reason  string
	Answers map[string]bool
	Key     string // idempotency key; the same again answers the same and does nothing
}

// ActAbroad sends what somebody wants to do to the case's home, which judges. One thing at a time is under way: while home has
// not answered, nothing else is sent.
func (s *Service) ActAbroad(ctx context.Context, who access.Actor, id unit.ID, a ShadowAct) (out ShadowActed, err error) {
	if err := access.MaySomewhere(who, access.CaseAct); err != nil {
		return out, err
	}
	a.Reason = strings.TrimSpace(a.Reason)
	switch {
	case len(a.Key) > keyMax:
		return out, fault.New(fault.Invalid, "casework.key_long", "most", keyMax).On("key")
	case len([]rune(a.Reason)) > reasonMax:
		return out, fault.New(fault.Invalid, "casework.reason_long", "most", reasonMax).On("reason")
	case s.c.Letters == nil:
		return out, fault.New(fault.Unavailable, "casework.no_letters")
	}
	err = s.c.DB.Act(ctx, func(tx *db.Tx) error {
		out, err = s.actAbroad(ctx, tx, who, id, a)
		return err
	})
	return out, err
}

func (s *Service) actAbroad(ctx context.Context, tx *db.Tx, who access.Actor, id unit.ID, a ShadowAct) (out ShadowActed, err error) {
	x, mandate, err := s.shadowToActIn(ctx, tx, who, id)
	if err != nil {
		return out, err
	}
	if a.Key != "" {
		was, err := selectActedKey(ctx, tx, id, who.Person, a.Key)
		if err == nil && was.Action != a.Action {
			return out, fault.New(fault.Conflict, "casework.key_other").On("key")
		}
		if !db.NoRows(err) {
			return was, err
		}
	}
	before, err := selectActed(ctx, tx, id)
	if err != nil {
		return out, err
	}
	if i := slices.IndexFunc(before, func(b ShadowActed) bool { return b.State == ActSent }); i >= 0 {
		b := before[i]
		return out, fault.New(fault.Conflict, "casework.shadow_waits", "by", b.By, "action", b.Words, "at", s.clockTime(b.At))
	}
	i := slices.IndexFunc(x.Actions, func(o ShadowAction) bool { return o.Action == a.Action })
	switch {
	case a.Version != 0 && a.Version != x.Version:
		return out, fault.New(fault.Conflict, "casework.changed_meanwhile").On("version")
	case i < 0:
		return out, fault.New(fault.Conflict, "scheme.no_row", "action", fault.Words{clipped(a.Action), clipped(a.Action)}, "stage", x.Words)
	case x.Actions[i].NeedsReason && a.Reason == "":
		return out, fault.New(fault.Invalid, "casework.reason_missing").On("reason")
	}
	w := ActLetter{Case: x.Case, Org: x.Org, Version: x.Version, Action: a.Action, Fields: a.Fields, Reason: a.Reason, Answers: a.Answers}
	if w.Files, err = s.filesNamed(ctx, tx, x, a.Fields); err != nil {
		return out, err
	}
	out = ShadowActed{Shadow: id, Action: a.Action, Words: x.Actions[i].Words, Wanted: w, Person: who.Person, By: who.Name, Mandate: mandate, At: tx.Now(), State: ActSent, key: a.Key}
	if out.ID, err = s.c.Letters.Send(ctx, tx, x.Home, LetterAct, federation.Voucher{Person: string(who.Person), Mandate: mandate}, w); err != nil {
		return out, err
	}
	if err := insertActed(ctx, tx, out); err != nil {
		return out, fmt.Errorf("%s in case %s of %s: %w", a.Action, x.No, x.Home, err)
	}
	return out, s.c.Access.Record(ctx, tx, who, access.Entry{Act: "case.abroad", Object: "abroad/" + string(id), Mandate: mandate, Detail: a.Action + " " + x.Home + " " + x.No})
}

// shadowToActIn is a case of another node in which the actor may act for the organisation, and by which mandate.
func (s *Service) shadowToActIn(ctx context.Context, tx *db.Tx, who access.Actor, id unit.ID) (x ShadowCase, mandate string, err error) {
	if x, err = s.shadowSeen(ctx, tx, who, id); err != nil {
		return x, "", err
	}
	if mandate, err = access.Mandate(who, access.CaseAct, access.Scope{Org: x.Org}); err != nil {
		return x, "", err
	}
	if !hasOrg(who, x.Org) {
		return x, "", fault.New(fault.Denied, "casework.shadow_not_yours")
	}
	return x, mandate, nil
}

// filesNamed are the files that were brought here and that fields name; a field that is not the party's is refused.
func (s *Service) filesNamed(ctx context.Context, tx *db.Tx, x ShadowCase, fields map[string]string) (out []ShadowFile, err error) {
	all, err := selectBrought(ctx, tx, x.ID)
	if err != nil {
		return nil, err
	}
	var wrong FieldErrors
	for _, name := range sortedNames(fields) {
		text := fields[name]
		i := slices.IndexFunc(x.Fields, func(f ShadowField) bool { return f.Name == name && f.Mine })
		if i < 0 {
			return nil, fault.New(fault.Invalid, "casework.field_unknown", "field", clipped(name)).On(clipped(name))
		}
		if len(text) > fieldMax {
			wrong = append(wrong, fault.New(fault.Invalid, "casework.field_long", "field", x.Fields[i].Words, "most", fieldMax).On(name))
		}
		if x.Fields[i].Needed && text == "" {
			wrong = append(wrong, fault.New(fault.Invalid, "casework.field_missing", "rule", needWords(x.Fields[i].Words)).On(name))
		}
		for _, a := range all {
			if strings.Contains(text, string(a.Digest)) {
				out = append(out, ShadowFile{Digest: string(a.Digest), Name: a.Name, Type: a.Type, Size: a.Size})
			}
		}
	}
	if len(wrong) > 0 {
		return nil, wrong
	}
	return out, nil
}

func needWords(w fault.Words) fault.Words {
	return fault.Words{"须填写“" + w[0] + "”", w[1] + " must be given"}
}

func sortedNames(m map[string]string) []string {
	out := make([]string, 0, len(m))
	for name := range m {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

// HearAct writes down what home answered, in the act that takes the answer, and tells who acted of a refusal.
func (s *Service) HearAct(ctx context.Context, tx *db.Tx, l federation.Letter) error {
	a, err := selectActedOf(ctx, tx, l.ID)
	if db.NoRows(err) {
		return nil
	}
	if err != nil {
		return err
	}
	a.State, a.Code, a.Refusal, a.Answered = ActDone, l.Code, l.Refusal, tx.Now()
	if l.State == federation.LetterRefused {
		a.State = ActRefused
	}
	if err := updateActed(ctx, tx, a); err != nil {
		return fmt.Errorf("answer to %s: %w", l.ID, err)
	}
	if a.State == ActDone || s.c.Notices == nil {
		return nil
	}
	x, err := selectShadow(ctx, tx, a.Shadow)
	if err != nil {
		return err
	}
	_, err = s.c.Notices.Tell(ctx, tx, notice.Notice{To: notice.Audience{Person: a.Person}, Kind: "case.refused", Object: "abroad/" + string(x.ID), Path: "/abroad/" + string(x.ID), Org: x.Org,
		Title: fault.Words{fmt.Sprintf("%s %s：对方节点没有办理", x.Title[0], x.No), fmt.Sprintf("%s %s: the other node refused", x.Title[1], x.No)}, Text: a.Refusal, Key: "abroad/act/" + string(a.ID)})
	return err
}

// AttachAbroad keeps a file for a case of another node. Its bytes stay here; home gets the digest with the action that names it.
func (s *Service) AttachAbroad(ctx context.Context, who access.Actor, id unit.ID, name string, r io.Reader) (a Attached, err error) {
	if err := access.MaySomewhere(who, access.CaseAct); err != nil {
		return a, err
	}
	may := func(tx *db.Tx) (string, error) {
		x, mandate, err := s.shadowToActIn(ctx, tx, who, id)
		if err == nil && !slices.ContainsFunc(x.Fields, func(f ShadowField) bool { return f.Mine && f.takesFiles() }) {
			err = fault.New(fault.Denied, "casework.no_file_field")
		}
		if err != nil {
			return "", err
		}
		all, err := selectBrought(ctx, tx, id)
		if err == nil && len(all) >= attachedMax {
			err = fault.New(fault.TooLarge, "casework.files_many", "most", attachedMax)
		}
		return mandate, err
	}
	if s.c.Files == nil {
		return a, fault.New(fault.Unavailable, "casework.no_files")
	}
	if err := s.c.DB.Read(ctx, func(tx *db.Tx) error { _, err := may(tx); return err }); err != nil {
		return a, err
	}
	f, err := s.c.Files.Put(ctx, name, r)
	if err != nil {
		return a, err
	}
	err = s.c.DB.Act(ctx, func(tx *db.Tx) error {
		mandate, err := may(tx)
		if err != nil {
			return err
		}
		a = Attached{Digest: f.Digest, Name: files.Clean(name), Type: f.Type, Size: f.Size, By: who.Person, At: tx.Now(), Scanned: s.c.Files.Scans()}
		if err := insertBrought(ctx, tx, id, a); err != nil {
			return fmt.Errorf("file %s: %w", f.Digest, err)
		}
		return s.c.Access.Record(ctx, tx, who, access.Entry{Act: "case.attach", Object: "abroad/" + string(id), Mandate: mandate, Detail: string(a.Digest)})
	})
	return a, err
}

// takesFiles says whether a field, or a column of a group, is for files.
func (f ShadowField) takesFiles() bool {
	return f.Type == "file" || f.Type == "files" || slices.ContainsFunc(f.Columns, ShadowField.takesFiles)
}

// FileAbroad is a file that was brought here for a case of another node, with its content.
func (s *Service) FileAbroad(ctx context.Context, who access.Actor, id unit.ID, d files.Digest) (a Attached, content []byte, err error) {
	all, err := s.FilesAbroad(ctx, who, id)
	if err != nil {
		return a, nil, err
	}
	i := slices.IndexFunc(all, func(a Attached) bool { return a.Digest == d })
	if i < 0 || s.c.Files == nil {
		return a, nil, fault.New(fault.NotFound, "casework.file_unknown")
	}
	_, content, err = s.c.Files.Get(ctx, d)
	return all[i], content, err
}

// FilesAbroad are the files that were brought here for a case of another node.
func (s *Service) FilesAbroad(ctx context.Context, who access.Actor, id unit.ID) (out []Attached, err error) {
	if err := access.MaySomewhere(who, access.CaseRead); err != nil {
		return nil, err
	}
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		if _, err := s.shadowSeen(ctx, tx, who, id); err != nil {
			return err
		}
		out, err = selectBrought(ctx, tx, id)
		return err
	})
	return out, err
}
