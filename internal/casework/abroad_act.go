package casework

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/federation"
	"corridor/internal/files"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// ActLetter is what somebody of a party abroad wants to do: fields to fill in, files that stay there, an action.
type ActLetter struct {
	Case    unit.ID           `json:"case"`
	Org     string            `json:"org"`
	Version int64             `json:"version"` // of the case that the person saw
	Action  string            `json:"action"`
	Fields  map[string]string `json:"fields,omitempty"` // as they were typed
	Files   []ShadowFile      `json:"files,omitempty"`  // that the fields name
	Reason  string            `json:"reason,omitempty"`
	Answers map[string]bool   `json:"answers,omitempty"` // to rules that ask the party
}

// ActAnswer is what home answers when it was done.
type ActAnswer struct {
	Version int64       `json:"version"`
	Stage   string      `json:"stage"`
	Words   fault.Words `json:"words"`
}

// digestForm is how a digest of a file looks.
var digestForm = regexp.MustCompile(`^[0-9a-f]{64}$`)

// TakeAct does what a letter asks for, in the act that takes it, by the same code as for people of this node. The refusals that
// are its own come first: what is no such letter, an organisation that the writer does not host, a person without a mandate of
// that organisation, a case to which it is no party; then those of Save and of Act, the version of the case before all.
func (s *Service) TakeAct(ctx context.Context, tx *db.Tx, l federation.Letter) (any, error) {
	var b ActLetter
	if err := json.Unmarshal(l.Body, &b); err != nil {
		return nil, fault.New(fault.Invalid, "casework.abroad_form").Because(err)
	}
	if len(b.Files) > attachedMax || len([]rune(b.Reason)) > reasonMax {
		return nil, fault.New(fault.Invalid, "casework.abroad_form")
	}
	host, err := s.hostOf(ctx, tx, b.Org)
	if err != nil {
		return nil, err
	}
	if host == "" || host != l.Peer {
		return nil, fault.New(fault.Denied, "casework.abroad_not_hosted", "node", l.Peer, "org", clipped(b.Org))
	}
	who, err := s.vouchedFor(ctx, tx, l, b.Org)
	if err != nil {
		return nil, err
	}
	c, err := s.inHand(ctx, tx, who, b.Case)
	if err != nil {
		return nil, err
	}
	sch, err := s.edition(c)
	if err != nil {
		return nil, err
	}
	if b.Version != c.Version {
		return nil, s.changed(c, who, b.Action)
	}
	row, there := sch.Row(c.Stage, b.Action)
	if p, plays := s.plays(sch, c, who, row); there && plays { // by the role of the organisation, and by none that anybody has
		if r, _ := sch.Roles.Get(p.role); r.Party == "" {
			return nil, fault.New(fault.Denied, "casework.not_your_role", "role", sch.Say(p.role))
		}
	}
	if err := s.takeFiles(ctx, tx, sch, c, who, l.Peer, b.Files); err != nil {
		return nil, err
	}
	if len(b.Fields) > 0 {
		if _, _, err := s.saveIn(ctx, tx, who, b.Case, Draft{Version: b.Version, Typed: b.Fields, quiet: true}, false); err != nil {
			return nil, err
		}
	}
	if err := s.ActIn(ctx, tx, who, b.Case, Action{Name: b.Action, Reason: strings.TrimSpace(b.Reason), Answers: b.Answers, Key: string(l.ID)}); err != nil {
		return nil, err
	}
	after, err := selectCase(ctx, tx, b.Case)
	return ActAnswer{after.Version, after.Stage, sch.Say(after.Stage)}, err
}

// vouchedFor is the person for whom a node writes, as somebody who holds the mandate that it vouches for and nothing else.
func (s *Service) vouchedFor(ctx context.Context, tx *db.Tx, l federation.Letter, org string) (who access.Actor, err error) {
	g, ok := grantOf(l.By.Mandate)
	if r, known := access.RoleOf(g.Role); l.By.Person == "" || !ok || !known || r.Kind != access.Organisation || g.Org != org {
		return who, fault.New(fault.Denied, "casework.abroad_mandate", "node", l.Peer, "org", clipped(org))
	}
	o, err := s.c.Registry.Org(ctx, tx, org)
	if err != nil {
		return who, err
	}
	return access.Actor{Person: unit.ID(l.Peer + ":" + clipped(l.By.Person)), Name: o.Name[0] + " " + l.Peer, Org: org, Session: "letter/" + string(l.ID), Grants: []access.Grant{g}, Strong: true}, nil
}

// grantOf reads a grant as journals write it: lab_operator@310000/ORG.
func grantOf(mandate string) (g access.Grant, ok bool) {
	rest, org, ok := strings.Cut(mandate, "/")
	role, region, _ := strings.Cut(rest, "@")
	return access.Grant{Role: role, Region: unit.Region(region), Org: org}, ok && role != "" && org != "" && len(mandate) <= keyMax
}

// takeFiles writes down files whose bytes stay in the node of the party, so that fields can name them.
func (s *Service) takeFiles(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, c Case, who access.Actor, node string, all []ShadowFile) error {
	if len(all) == 0 {
		return nil
	}
	if _, _, err := s.mayAttach(ctx, tx, who, c.ID); err != nil {
		return err
	}
	seals, err := s.sealsFiles(ctx, tx, sch, c, who)
	if err != nil {
		return err
	}
	if seals {
		return fault.New(fault.Invalid, "casework.abroad_sealed")
	}
	for _, f := range all {
		if !digestForm.MatchString(f.Digest) || f.Size < 0 || f.Size > files.BytesMax || f.Name == "" || len(f.Type) > keyMax {
			return fault.New(fault.Invalid, "casework.abroad_form")
		}
		a := Attached{Digest: files.Digest(f.Digest), Name: files.Clean(f.Name), Type: f.Type, Size: f.Size, By: who.Person, At: tx.Now(), node: node}
		if err := insertAttached(ctx, tx, c.ID, a); err != nil {
			return fmt.Errorf("file %s of %s in case %s: %w", f.Digest, node, c.No, err)
		}
	}
	return nil
}

// clipped shortens what another node wrote, for a refusal.
func clipped(t string) string {
	if r := []rune(t); len(r) > keyMax {
		return string(r[:keyMax]) + "…"
	}
	return t
}
