package access

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"corridor/internal/fault"
)

// A password is kept with at least what OWASP's Password Storage Cheat Sheet asks of Argon2id.
func TestCostOfAPassword(t *testing.T) {
	if realCost.Memory < 46*1024 || realCost.Iterations < 1 || realCost.SaltLength < 16 || realCost.KeyLength < 32 {
		t.Errorf("the cost %+v is below the least", realCost)
	}
}

func TestFirstAdministrator(t *testing.T) {
	each(t, Config{}, func(h *house) {
		if link := must(h.FirstAdmin(h.Context())); link != "" {
			t.Errorf("got a link %q though there is an administrator", link)
		}
		if got := spell(h.admin.Grants); got != "node_admin" {
			t.Errorf("the first administrator holds %q", got)
		}
		if h.admin.Email != "admin@node.example" || !h.admin.Strong {
			t.Errorf("got %+v", h.admin)
		}
	})
}

func TestOnlyTheNewestFirstLinkCountsAndOnce(t *testing.T) {
	h := bare(t, Config{})
	older, newer := must(h.FirstAdmin(h.Context())), must(h.FirstAdmin(h.Context()))
	h.refused(h.AcceptFirst(h.Context(), older, "a@node.example", "A (synthetic)", pass), "access.link_gone")
	h.refused(h.AcceptInvitation(h.Context(), newer, pass), "access.link_gone") // of another kind
	h.ok(h.AcceptFirst(h.Context(), newer, "a@node.example", "A (synthetic)", pass))
	h.refused(h.AcceptFirst(h.Context(), newer, "b@node.example", "B (synthetic)", pass), "access.link_gone")
}

func TestLinkRunsOut(t *testing.T) {
	h := bare(t, Config{})
	link := must(h.FirstAdmin(h.Context()))
	h.pass(linkLife + time.Second)
	h.refused(h.AcceptFirst(h.Context(), link, "a@node.example", "A (synthetic)", pass), "access.link_gone")
}

func TestPasswordRules(t *testing.T) {
	each(t, Config{}, func(h *house) {
		token, _, err := h.Invite(h.Context(), h.admin, Invitation{Email: "a@a.example", Name: "A (synthetic)", Org: orgA, Roles: []Grant{{Role: "org_member", Org: orgA}}})
		h.ok(err)
		for password, code := range map[string]string{
			"short":                        "access.password_short",
			"eleven char":                  "access.password_short",
			strings.Repeat("abcde", 103):   "access.password_short", // longer than the most
			"abababababababab":             "access.password_plain",
			strings.Repeat(" ", 20):        "access.password_plain",
			strings.Repeat("中", 12) + "文字": "access.password_plain",
		} {
			h.refused(h.AcceptInvitation(h.Context(), token, password), code)
		}
		h.ok(h.AcceptInvitation(h.Context(), token, "一二三四五六七八九十百千")) // characters count, not bytes
	})
}

// An unknown account, a disabled one, one that waits for its person and a wrong password are told alike.
func TestRefusalsOfSignInTellNothing(t *testing.T) {
	each(t, Config{}, func(h *house) {
		a := h.joins(h.admin, "off@a.example", orgA, Grant{Role: "org_member", Org: orgA})
		h.ok(h.SetActive(h.Context(), h.admin, a.Person, false))
		_, _, err := h.Invite(h.Context(), h.admin, Invitation{Email: "waits@a.example", Name: "W (synthetic)", Org: orgA, Roles: []Grant{{Role: "org_member", Org: orgA}}})
		h.ok(err)
		for _, in := range []SignIn{
			{Email: "nobody@a.example", Password: pass},
			{Email: "off@a.example", Password: pass},
			{Email: "waits@a.example", Password: ""},
			{Email: "admin@node.example", Password: "a wrong pass phrase"},
			{Email: "no address", Password: pass},
			{Email: "admin@node.example", Password: strings.Repeat("x", passwordBytesMax+1)},
		} {
			token, who, err := h.SignIn(h.Context(), in)
			if token != "" || !who.Anonymous() {
				t.Errorf("%s got in", in.Email)
			}
			h.refused(err, "access.wrong")
		}
	})
}

func TestThrottleOfAnAccount(t *testing.T) {
	each(t, Config{NoCodes: true}, func(h *house) {
		h.joins(h.admin, "a@a.example", orgA, Grant{Role: "org_member", Org: orgA})
		try := func(password string) error {
			_, _, err := h.SignIn(h.Context(), SignIn{Email: "a@a.example", Password: password})
			return err
		}
		for range freeAccount + 1 {
			h.refused(try("a wrong pass phrase"), "access.wrong")
		}
		h.refused(try(pass), "access.throttled") // the right one waits too
		h.pass(waitFirst + time.Second)
		h.refused(try("a wrong pass phrase"), "access.wrong")
		h.pass(waitFirst + time.Second)
		h.refused(try(pass), "access.throttled") // twice as long now
		h.pass(waitFirst + time.Second)
		h.ok(try(pass))
		for range freeAccount { // forgiven
			h.refused(try("a wrong pass phrase"), "access.wrong")
		}
		h.ok(try(pass))
	})
}

// Guesses made at once are all counted before a password is looked at.
func TestThrottleHoldsAtOnce(t *testing.T) {
	each(t, Config{NoCodes: true}, func(h *house) {
		var mu sync.Mutex
		told := map[string]int{}
		var all sync.WaitGroup
		for range 40 {
			all.Go(func() {
				_, _, err := h.SignIn(h.Context(), SignIn{Email: "admin@node.example", Password: "a wrong pass phrase"})
				mu.Lock()
				defer mu.Unlock()
				told[fault.CodeOf(err)]++
			})
		}
		all.Wait()
		if told["access.wrong"] != freeAccount+1 || told["access.throttled"] != 40-freeAccount-1 {
			t.Errorf("got %v", told)
		}
	})
}

// One who has an account cannot clear an address of the guesses at others.
func TestThrottleOfAnAddress(t *testing.T) {
	each(t, Config{NoCodes: true}, func(h *house) {
		told := map[string]int{}
		for i := range freeAddress + 20 {
			_, _, err := h.SignIn(h.Context(), SignIn{Email: string(rune('a'+i%26)) + strings.Repeat("x", i/26) + "@a.example", Password: pass, Addr: "198.51.100.7"})
			told[fault.CodeOf(err)]++
			if i%10 == 9 {
				_, _, _ = h.SignIn(h.Context(), SignIn{Email: "admin@node.example", Password: pass, Addr: "198.51.100.7"})
			}
		}
		if told["access.wrong"] > freeAddress+1 || told["access.throttled"] == 0 {
			t.Errorf("got %v", told)
		}
		_, _, err := h.SignIn(h.Context(), SignIn{Email: "admin@node.example", Password: pass, Addr: "198.51.100.8"})
		h.ok(err)
	})
}

func TestOneTimeCodes(t *testing.T) {
	each(t, Config{}, func(h *house) {
		token, _, err := h.Invite(h.Context(), h.admin, Invitation{Email: "o@ah.example", Name: "Officer (synthetic)", Roles: []Grant{{Role: "finance", Region: ah}}})
		h.ok(err)
		h.ok(h.AcceptInvitation(h.Context(), token, pass))
		in := SignIn{Email: "o@ah.example", Password: pass}

		// Before codes are set up the session can do nothing but set them up.
		session, who, err := h.SignIn(h.Context(), in)
		h.ok(err)
		if !who.Anonymous() || who.Needs != NeedsSeed || len(who.Grants) > 0 {
			t.Fatalf("got %+v", who)
		}
		who = must(h.Session(h.Context(), session))
		h.refused(May(who, StatementSign, Scope{Region: ah}), "access.seed_needed")
		h.refused(MaySomewhere(who, NoticeRead), "access.seed_needed")
		_, err = h.Sessions(h.Context(), who)
		h.refused(err, "access.seed_needed")

		seed := must(h.NewSeed(h.Context(), who))
		_, _, err = h.ConfirmSeed(h.Context(), session, "000000x")
		h.refused(err, "access.code_wrong")
		code := must(totp.GenerateCode(seed.Secret, *h.clock))
		full, recovery, err := h.ConfirmSeed(h.Context(), session, code)
		h.ok(err)
		if _, err := h.Session(h.Context(), session); fault.CodeOf(err) != "access.session_ended" {
			t.Errorf("the token from before the code still counts: %v", err)
		}
		h.ok(May(must(h.Session(h.Context(), full)), StatementSign, Scope{Region: ah}))

		_, _, err = h.SignIn(h.Context(), in)
		h.refused(err, "access.code_needed")
		in.Code = code
		_, _, err = h.SignIn(h.Context(), in)
		h.refused(err, "access.code_wrong") // it was used

		h.pass(10 * codeStep)
		in.Code = must(totp.GenerateCode(seed.Secret, h.clock.Add(-2*codeStep)))
		_, _, err = h.SignIn(h.Context(), in)
		h.refused(err, "access.code_wrong") // too old
		in.Code = must(totp.GenerateCode(seed.Secret, h.clock.Add(codeStep)))
		_, who, err = h.SignIn(h.Context(), in)
		h.ok(err) // a clock half a minute ahead
		if who.Person == "" || !who.Strong {
			t.Errorf("got %+v", who)
		}

		in.Code = strings.ToUpper(recovery[3])
		_, _, err = h.SignIn(h.Context(), in)
		h.ok(err)
		_, _, err = h.SignIn(h.Context(), in)
		h.refused(err, "access.code_wrong") // a recovery code works once
		if len(recovery) != recoveryCodes {
			t.Errorf("got %d recovery codes", len(recovery))
		}
	})
}

// Guessing codes with the right password is throttled as guessing passwords is.
func TestThrottleOfCodes(t *testing.T) {
	each(t, Config{}, func(h *house) {
		in := SignIn{Email: "admin@node.example", Password: pass, Code: "000000"}
		for range freeAccount + 1 {
			_, _, err := h.SignIn(h.Context(), in)
			h.refused(err, "access.code_wrong")
		}
		_, _, err := h.SignIn(h.Context(), in)
		h.refused(err, "access.throttled")
	})
}

func TestAnotherAuthenticator(t *testing.T) {
	each(t, Config{}, func(h *house) {
		_, err := h.NewSeed(h.Context(), h.admin)
		h.refused(err, "access.seed_there")
		h.refused(h.DropCodes(h.Context(), h.admin, "000000"), "access.code_wrong")
		token, who := h.signIn("admin@node.example")
		h.pass(codeStep)
		recovery := must(h.NewRecovery(h.Context(), who, must(totp.GenerateCode(h.seeds["admin@node.example"], *h.clock))))
		h.ok(h.DropCodes(h.Context(), who, recovery[0]))
		who = must(h.Session(h.Context(), token))
		if who.Needs != NeedsSeed {
			t.Fatalf("without codes the session still counts: %+v", who)
		}
		delete(h.seeds, "admin@node.example")
		h.in("admin@node.example") // sets up new ones
	})
}

func TestResetCodesByAnAdministrator(t *testing.T) {
	each(t, Config{}, func(h *house) {
		o := h.joins(h.admin, "o@ah.example", "", Grant{Role: "finance", Region: ah})
		token, _ := h.signIn("o@ah.example")
		h.refused(h.ResetCodes(h.Context(), h.admin, h.admin.Person), "access.own_codes")
		h.refused(h.ResetCodes(h.Context(), o, h.admin.Person), "access.not_found")
		h.ok(h.ResetCodes(h.Context(), h.admin, o.Person))
		_, err := h.Session(h.Context(), token)
		h.refused(err, "access.session_ended")
		delete(h.seeds, "o@ah.example")
		_, who, err := h.SignIn(h.Context(), SignIn{Email: "o@ah.example", Password: pass})
		h.ok(err)
		if who.Needs != NeedsSeed {
			t.Errorf("got %+v", who)
		}
	})
}

// A seed stands in the database only encrypted, for its person and with the node's secret.
func TestSeedIsSealed(t *testing.T) {
	each(t, Config{}, func(h *house) {
		sealed := must(h.seal("P1", []byte("JBSWY3DPEHPK3PXP")))
		if strings.Contains(string(sealed), "JBSWY3DPEHPK3PXP") {
			t.Error("the seed can be read")
		}
		if _, err := h.unseal("P2", sealed); err == nil {
			t.Error("a seed can be moved to another person")
		}
		h.secret = "another"
		if _, err := h.unseal("P1", sealed); err == nil {
			t.Error("a seed opens with another secret")
		}
		h.secret = ""
		_, err := h.seal("P1", nil)
		h.refused(err, "access.no_secret")
	})
}

func TestDemonstrationAsksForNoCodes(t *testing.T) {
	each(t, Config{NoCodes: true}, func(h *house) {
		if who := h.in("admin@node.example"); who.Needs != Done || who.Person == "" {
			t.Errorf("got %+v", who)
		}
	})
}
