package federation

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	corridorlog "corridor/internal/log"
	"corridor/internal/unit"
)

// A certificate says that an organisation holds a label. Who holds it asks for it: then it is a leaf of the issuer's log, and one
// file shows it to anybody: the receipt of the leaf, the keys of the log, and the community file that names them. When the label is
// revoked the leaf is withdrawn, which every follower of the log sees.

const (
	// CertificateKind is the kind of the leaves by which labels are made public.
	CertificateKind = "label.certificate"
	certificateHead = "corridor certificate v1"
)

// Certificate is what a certificate says; its JSON is the layout of the leaf's fields.
type Certificate struct {
	Org    string      `json:"org"`
	Label  string      `json:"label"`
	Level  string      `json:"level"`
	Issuer string      `json:"issuer"`
	Since  unit.Day    `json:"since"`
	Until  unit.Day    `json:"until"` // last day; no day is without end
	Holder fault.Words `json:"-"`     // name of the organisation, beside the leaf
	Title  fault.Words `json:"-"`     // of the label, beside the leaf

	Origin string   `json:"-"` // log
	Index  int64    `json:"-"`
	Ended  unit.Day `json:"-"` // first day on which the leaf is withdrawn; no day: it is not
}

func (c Certificate) on(day unit.Day) bool {
	return c.Since <= day && (!c.Until.Valid() || day <= c.Until) && (!c.Ended.Valid() || day < c.Ended)
}

// readCertificate reads a leaf of that kind; ok is false for one that is not in our form.
func readCertificate(kind string, fields []byte) (c Certificate, ok bool) {
	if kind != CertificateKind || json.Unmarshal(fields, &c) != nil || c.Org == "" || c.Label == "" || !c.Since.Valid() {
		return Certificate{}, false
	}
	return c, true
}

// Certify makes a label of the registry public as a certificate, once. Who asks may edit the registry for the organisation: itself,
// or the office that answers for it.
func (s *Service) Certify(ctx context.Context, who access.Actor, scope access.Scope, label unit.ID, c Certificate) (leaf unit.ID, err error) {
	if s.c.Access == nil || s.c.Log == nil {
		return "", fault.New(fault.Unavailable, "federation.closed")
	}
	mandate, err := access.Mandate(who, access.RegistryEdit, access.Scope{Org: scope.Org})
	if err != nil {
		if mandate, err = access.Mandate(who, access.RegistryEdit, access.Scope{Region: scope.Region}); err != nil {
			return "", err
		}
	}
	err = s.c.DB.Act(ctx, func(tx *db.Tx) error {
		today := unit.DayOf(tx.Now(), unit.Beijing())
		var ended bool
		if leaf, ended, err = selectCertified(ctx, tx, label); err != nil || leaf != "" && !ended {
			return err
		}
		if ended || !c.on(today) {
			return fault.New(fault.Conflict, "federation.certificate_over")
		}
		record, err := json.Marshal(map[string]any{"holder": c.Holder, "title": c.Title})
		if err != nil {
			return err
		}
		if leaf, err = s.c.Log.Append(ctx, tx, corridorlog.Leaf{Kind: CertificateKind, Day: today, Object: "label/" + string(label), Record: record,
			Fields: map[string]any{"org": c.Org, "label": c.Label, "level": c.Level, "issuer": c.Issuer, "since": c.Since.String(), "until": c.Until.String()}}); err != nil {
			return fmt.Errorf("publish the certificate of label %s: %w", label, err)
		}
		if err := insertCertified(ctx, tx, label, c.Org, leaf); err != nil {
			return err
		}
		return s.c.Access.Record(ctx, tx, who, access.Entry{Act: "certificate.give", Object: "org/" + c.Org, Region: scope.Region, Mandate: mandate, Detail: c.Label})
	})
	return leaf, err
}

// Withdrawer is this node's log where it takes leaves back.
type Withdrawer interface {
	Withdraw(ctx context.Context, tx *db.Tx, id unit.ID, w corridorlog.Withdrawal) (unit.ID, error)
}

// EndCertificate withdraws the certificate of a label that was revoked, in the caller's act; nothing happens where none was given.
func (s *Service) EndCertificate(ctx context.Context, tx *db.Tx, label unit.ID, day unit.Day) error {
	leaf, ended, err := selectCertified(ctx, tx, label)
	if err != nil || leaf == "" || ended {
		return err
	}
	w, ok := s.c.Log.(Withdrawer)
	if !ok {
		return nil
	}
	if _, err := w.Withdraw(ctx, tx, leaf, corridorlog.Withdrawal{Day: day, Reason: "资质已撤销 the label was revoked"}); err != nil {
		return fmt.Errorf("withdraw the certificate of label %s: %w", label, err)
	}
	return updateCertified(ctx, tx, label)
}

// Certificates are those of neighbours that an organisation shows here, as their verified logs have them.
func (s *Service) Certificates(ctx context.Context, tx *db.Tx, org string) ([]Certificate, error) {
	return selectCertificates(ctx, tx, "", org, "")
}

// Certified is the leaf of a certificate that this node gave for a label; "" is none, or one that was withdrawn.
func (s *Service) Certified(ctx context.Context, tx *db.Tx, label unit.ID) (unit.ID, error) {
	leaf, ended, err := selectCertified(ctx, tx, label)
	if ended {
		leaf = ""
	}
	return leaf, err
}

// CertificateFile is a certificate as one file, from the receipt of its leaf.
func (s *Service) CertificateFile(ctx context.Context, receipt []byte) ([]byte, error) {
	_, signed, err := s.Community(ctx)
	if err != nil {
		return nil, err
	}
	return packCertificate(strings.Fields(s.Keys()), []byte(signed), receipt), nil
}

func packCertificate(keys []string, community, receipt []byte) []byte {
	return packFile(keys, community, nil, receipt)
}

// packFile puts a file together: keys, community file, further lines, receipt, and the sum of all.
func packFile(keys []string, community []byte, more []string, receipt []byte) []byte {
	var b bytes.Buffer
	for _, k := range keys {
		fmt.Fprintf(&b, "key %s\n", k)
	}
	fmt.Fprintf(&b, "community %s\n", base64.StdEncoding.EncodeToString(community))
	for _, line := range more {
		fmt.Fprintf(&b, "%s\n", line)
	}
	b.WriteByte('\n')
	b.Write(receipt)
	sum := sha256.Sum256(b.Bytes())
	return append([]byte(certificateHead+"\nsum sha256:"+hex.EncodeToString(sum[:])+"\n"), b.Bytes()...)
}

// IsCertificate says whether a file begins as one.
func IsCertificate(b []byte) bool { return bytes.HasPrefix(b, []byte(certificateHead+"\n")) }

// Shown is what a certificate file shows when it is true.
type Shown struct {
	Certificate
	Person      *Person     // of a person's certificate; nil: it is an organisation's
	Disclosure  *Disclosure // of facts that were disclosed; nil: it is a certificate
	Day         unit.Day    // of the leaf
	Keys        string      // of the log and its witness, one a line
	Fingerprint string      // of the keys, to compare with the one that the issuer tells
	Community   Community
	Named       bool // the community file in it names the key
	Signed      int  // nodes whose signatures on it are true
	Witnesses   []string
}

// VerifyCertificate checks a certificate file, asking nobody. trusted may hold keys, one a line: then the file's key must be one of
// them. The refusal names the first part that is false: form, key, community, then the parts of the receipt, sum.
func VerifyCertificate(b []byte, trusted string) (v Shown, err error) {
	bad := func(part string) (Shown, error) {
		return Shown{}, fault.New(fault.Invalid, "federation.certificate", "part", part).On(part)
	}
	rest, ok := bytes.CutPrefix(b, []byte(certificateHead+"\n"))
	if !ok {
		return bad("head")
	}
	sumLine, below, ok := strings.Cut(string(rest), "\n")
	if !ok || !strings.HasPrefix(sumLine, "sum sha256:") {
		return bad("sum")
	}
	head, receipt, ok := strings.Cut(below, "\n\n")
	if !ok {
		return bad("receipt")
	}
	var keys []string
	var community []byte
	var beside besideIn
	for _, line := range strings.Split(head, "\n") {
		name, value, _ := strings.Cut(line, " ")
		switch {
		case name == "key" && community == nil:
			keys = append(keys, value)
		case name == "community" && community == nil:
			if community, err = base64.StdEncoding.Strict().DecodeString(value); err != nil {
				return bad("community")
			}
			if community == nil {
				community = []byte{}
			}
		case (name == "person" || name == "facts") && community != nil && beside.text == nil:
			beside.word = name
			if beside.text, err = base64.StdEncoding.Strict().DecodeString(value); err != nil || len(beside.text) == 0 {
				return bad(name)
			}
		case name == beside.word+"-salt" && beside.text != nil && beside.salt == nil:
			if beside.salt, err = base64.StdEncoding.Strict().DecodeString(value); err != nil || len(beside.salt) == 0 {
				return bad(beside.word)
			}
		default:
			return bad("form")
		}
	}
	v.Keys = strings.Join(keys, "\n")
	log, witness := corridorlog.SplitKeys(v.Keys)
	if corridorlog.CheckKeys(log, witness) != nil {
		return bad("key")
	}
	if trusted = strings.TrimSpace(trusted); trusted != "" && !strings.Contains("\n"+trusted+"\n", "\n"+log+"\n") {
		return bad("key")
	}
	v.Fingerprint = corridorlog.Fingerprint(v.Keys)
	if len(community) > 0 {
		if v.Community, v.Signed, err = readSigned(community); err != nil {
			return bad("community")
		}
		for _, n := range v.Community.Nodes {
			for _, k := range n.Keys {
				v.Named = v.Named || k.Key == log
			}
		}
		if !v.Named || v.Signed < v.Community.Quorum {
			return bad("community")
		}
	}
	r, err := corridorlog.VerifyReceipt([]byte(receipt), v.Keys)
	if err != nil {
		return Shown{}, err
	}
	if part := v.says(r, beside); part != "" {
		return bad(part)
	}
	v.Origin, v.Index, v.Day, v.Witnesses = r.Origin, r.Index, r.Day, r.Witnesses
	if sum := sha256.Sum256([]byte(below)); sumLine != "sum sha256:"+hex.EncodeToString(sum[:]) {
		return bad("sum")
	}
	return v, nil
}

// says reads what a leaf says together with what the file holds beside it. The answer is what is false, "" is nothing.
func (v *Shown) says(r corridorlog.Verified, in besideIn) (part string) {
	switch r.Kind {
	case credentialKind:
		v.Person = &Person{}
		v.Certificate, *v.Person, part = readCredential([]byte(r.Fields), in)
		return part
	case DisclosureKind:
		d, part := readDisclosed([]byte(r.Fields), in)
		v.Disclosure = &d
		v.Certificate = Certificate{Org: d.Org, Holder: d.Name, Title: d.Title, Issuer: d.Node, Since: d.Made, Until: d.Until}
		return part
	}
	c, ok := readCertificate(r.Kind, []byte(r.Fields))
	if !ok {
		return "leaf"
	}
	if in.text != nil {
		return in.word
	}
	var beside struct{ Holder, Title fault.Words }
	if len(r.Record) > 0 && json.Unmarshal(r.Record, &beside) != nil {
		return "record"
	}
	c.Holder, c.Title = beside.Holder, beside.Title
	v.Certificate = c
	return ""
}

// readSigned reads a community file and counts the nodes of it whose signatures are true.
func readSigned(signed []byte) (c Community, by int, err error) {
	if c, err = readNote(signed); err != nil {
		return c, 0, err
	}
	for _, n := range c.Nodes {
		if n.signed(signed, c.From) {
			by++
		}
	}
	return c, by, nil
}

// Known is what this node knows of the log of a certificate: whose it is, whether its key is the one that counts here, and since
// when the certificate is withdrawn.
type Known struct {
	Peer      Peer
	Here      bool // the log is this node's or a neighbour's
	KeyCounts bool
	Withdrawn bool
	Followed  time.Time // when the neighbour last answered well
}

// KnownOf asks what this node knows of what a certificate file shows.
func (s *Service) KnownOf(ctx context.Context, v Shown) (k Known, err error) {
	log, _ := corridorlog.SplitKeys(v.Keys)
	if s.c.Log != nil && s.c.Log.Origin() == v.Origin {
		k = Known{Peer: Peer{Code: s.c.Self, Key: s.c.Log.PublicKey()}, Here: true, KeyCounts: log == s.c.Log.PublicKey(), Followed: s.c.Now()}
		err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
			l, err := selectPublic(ctx, tx, v.Origin, v.Index)
			k.Withdrawn = l
			return err
		})
		return k, err
	}
	p, ok := s.Peer(v.Origin)
	if !ok {
		return k, nil
	}
	k = Known{Peer: p, Here: true, KeyCounts: strings.Contains("\n"+p.Key+"\n", "\n"+log+"\n")}
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		row, err := selectPeer(ctx, tx, p.Code)
		if err != nil {
			return err
		}
		k.Followed = timeOf(row.seenAt)
		k.Withdrawn, err = selectPublic(ctx, tx, v.Origin, v.Index)
		return err
	})
	return k, err
}
