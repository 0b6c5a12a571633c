package demo

import (
	"context"
	"fmt"
	"strings"
	"time"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/ledger"
	"corridor/internal/node"
	"corridor/internal/registry"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// Organisations of the world, by credit code. The codes are well formed and given to nobody.
const (
	SmallFirm    = "91340100MA0DEMQ19B"
	LargeFirm    = "91340200MA0DEMQ27B"
	Lab          = "12310000DEMQ000341"
	ShanghaiFirm = "91310115MA0DEMQ35C"
	JiangsuFirm  = "91320500MA0DEMQ438"
	JiangsuLab   = "12320000DEMQ00050T"
	ZhejiangFirm = "91330100MA0DEMQ51J"
	ZhejiangLab  = "12330000DEMQ00069U"
	BankOne      = "91310115MA0DEMQ78R"
	BankTwo      = "91310115MA0DEMQ86L"
	BankThree    = "91310115MA0DEMQ94F"

	LabCompany = "91310115MA0DEMR31M" // the laboratory's own, through which it brings its technology to market

	AnhuiBroker    = "12340000DEMQ00077T"
	ShanghaiBroker = "12310000DEMQ000859"
)

// organisation is one of the world's, with its last filed year.
type organisation struct {
	registry.Org
	year registry.YearFacts
}

func day(y int, m time.Month, d int) unit.Day { return unit.Date(y, m, d) }

// organisations are known to every jurisdiction's node: a firm's own, and those that it deals with.
func organisations() []organisation {
	const yuan = unit.FenPerYuan
	return []organisation{
		{registry.Org{Code: SmallFirm, Name: fault.Words{"巢湖电池材料有限公司（演示）", "Chaohu Battery Materials Ltd (demo)"}, Kind: "firm",
			Region: "340100", Industry: "3985", Founded: day(2019, 5, 20), Home: Anhui, Synthetic: true},
			registry.YearFacts{Year: 2025, Staff: 46, Revenue: 28_600_000 * yuan, RnDSpend: 3_120_000 * yuan, Source: "registry:" + Anhui, Filed: day(2026, 1, 20)}},
		{registry.Org{Code: LargeFirm, Name: fault.Words{"芜湖重型装备集团有限公司（演示）", "Wuhu Heavy Equipment Group Ltd (demo)"}, Kind: "firm",
			Region: "340200", Industry: "3599", Founded: day(2004, 9, 1), Home: Anhui, Synthetic: true},
			registry.YearFacts{Year: 2025, Staff: 5_200, Revenue: 9_800_000_000 * yuan, RnDSpend: 310_000_000 * yuan, Source: "registry:" + Anhui, Filed: day(2026, 1, 22)}},
		{registry.Org{Code: Lab, Name: fault.Words{"上海浦江冷冻电镜中心（演示）", "Shanghai Pujiang Cryo-EM Centre (demo)"}, Kind: "lab",
			Region: "310115", Industry: "7320", Founded: day(2012, 3, 15), Home: Shanghai, Synthetic: true},
			registry.YearFacts{Year: 2025, Staff: 85, Revenue: 61_000_000 * yuan, Source: "registry:" + Shanghai, Filed: day(2026, 2, 10)}},
		{registry.Org{Code: ShanghaiFirm, Name: fault.Words{"临港传感器有限公司（演示）", "Lingang Sensors Ltd (demo)"}, Kind: "firm",
			Region: "310115", Industry: "4011", Founded: day(2018, 8, 8), Home: Shanghai, Synthetic: true},
			registry.YearFacts{Year: 2025, Staff: 62, Revenue: 41_500_000 * yuan, RnDSpend: 4_900_000 * yuan, Source: "registry:" + Shanghai, Filed: day(2026, 1, 19)}},
		{registry.Org{Code: JiangsuFirm, Name: fault.Words{"太湖酶制剂有限公司（演示）", "Taihu Enzymes Ltd (demo)"}, Kind: "firm",
			Region: "320500", Industry: "2662", Founded: day(2016, 3, 1), Home: Jiangsu, Synthetic: true},
			registry.YearFacts{Year: 2025, Staff: 71, Revenue: 52_000_000 * yuan, RnDSpend: 5_200_000 * yuan, Source: "registry:" + Jiangsu, Filed: day(2026, 1, 23)}},
		{registry.Org{Code: JiangsuLab, Name: fault.Words{"苏州质谱分析中心（演示）", "Suzhou Mass Spectrometry Centre (demo)"}, Kind: "lab",
			Region: "320500", Industry: "7320", Founded: day(2010, 6, 1), Home: Jiangsu, Synthetic: true},
			registry.YearFacts{Year: 2025, Staff: 54, Revenue: 33_000_000 * yuan, Source: "registry:" + Jiangsu, Filed: day(2026, 2, 3)}},
		{registry.Org{Code: ZhejiangFirm, Name: fault.Words{"钱江机器人有限公司（演示）", "Qianjiang Robotics Ltd (demo)"}, Kind: "firm",
			Region: "330100", Industry: "3491", Founded: day(2020, 11, 11), Home: Zhejiang, Synthetic: true},
			registry.YearFacts{Year: 2025, Staff: 38, Revenue: 24_000_000 * yuan, RnDSpend: 3_600_000 * yuan, Source: "registry:" + Zhejiang, Filed: day(2026, 1, 27)}},
		{registry.Org{Code: ZhejiangLab, Name: fault.Words{"杭州振动试验中心（演示）", "Hangzhou Vibration Test Centre (demo)"}, Kind: "lab",
			Region: "330100", Industry: "7452", Founded: day(2013, 9, 9), Home: Zhejiang, Synthetic: true},
			registry.YearFacts{Year: 2025, Staff: 47, Revenue: 28_000_000 * yuan, Source: "registry:" + Zhejiang, Filed: day(2026, 2, 5)}},
	}
}

// banks are known to the node of Shanghai alone, where a firm asks them.
func banks() (all []organisation) {
	for i, code := range []string{BankOne, BankTwo, BankThree} {
		all = append(all, organisation{registry.Org{Code: code, Name: fault.Words{"第" + string([]rune("一二三")[i]) + "商业银行（演示）", fmt.Sprintf("Commercial Bank %d (demo)", i+1)}, Kind: "bank",
			Region: "310115", Industry: "6621", Founded: day(2001, 4, 2), Home: Shanghai, Synthetic: true},
			registry.YearFacts{Year: 2025, Staff: 900, Revenue: 3_000_000_000 * unit.FenPerYuan, Source: "registry:" + Shanghai, Filed: day(2026, 1, 30)}})
	}
	return all
}

// labCompany belongs to the laboratory of Shanghai: what it buys from there is bought by a tied party.
func labCompany() organisation {
	return organisation{registry.Org{Code: LabCompany, Name: fault.Words{"浦江电镜技术转化有限公司（演示）", "Pujiang Cryo-EM Technology Ltd (demo)"}, Kind: "firm",
		Region: "310115", Industry: "7520", Founded: day(2021, 9, 1), Controller: Lab, Home: Shanghai, Synthetic: true},
		registry.YearFacts{Year: 2025, Staff: 11, Revenue: 6_400_000 * unit.FenPerYuan, RnDSpend: 1_900_000 * unit.FenPerYuan, Source: "registry:" + Shanghai, Filed: day(2026, 1, 28)}}
}

// brokers are where the technology managers of a node work.
func brokers(node string) (all []organisation) {
	for _, b := range []struct {
		node, code, zh, en string
		region             unit.Region
	}{{Anhui, AnhuiBroker, "合肥技术转移中心（演示）", "Hefei Technology Transfer Centre (demo)", "340100"}, {Shanghai, ShanghaiBroker, "浦东技术转移中心（演示）", "Pudong Technology Transfer Centre (demo)", "310115"}} {
		if b.node == node {
			all = append(all, organisation{registry.Org{Code: b.code, Name: fault.Words{b.zh, b.en}, Kind: "platform", Region: b.region, Industry: "7520", Founded: day(2015, 6, 1), Home: b.node, Synthetic: true},
				registry.YearFacts{Year: 2025, Staff: 24, Revenue: 9_000_000 * unit.FenPerYuan, Source: "registry:" + b.node, Filed: day(2026, 2, 12)}})
		}
	}
	return all
}

// Budget is what each treasury gives to every budget that its schemes name.
const Budget = 5_000_000 * unit.FenPerYuan

// found enters what everything else in a node stands on: its people, the offices, the community's file.
func found(ctx context.Context, n *node.Node, signed []byte) (admin access.Actor, err error) {
	if admin, err = people(ctx, n); err != nil {
		return admin, err
	}
	if err := enterOffices(ctx, n, admin); err != nil {
		return admin, err
	}
	if signed != nil {
		err = agree(ctx, n, admin, signed)
	}
	return admin, err
}

// build adds what is missing of a node's world, through the rooms' own operations.
func build(ctx context.Context, n *node.Node, signed []byte) error {
	admin, err := found(ctx, n, signed)
	if err != nil {
		return err
	}
	if n.Node.Code == Office {
		return enterPromises(ctx, n) // the office keeps no firms and owns no money
	}
	if err := enterOrganisations(ctx, n, admin); err != nil {
		return err
	}
	if err := enterExperts(ctx, n, admin); err != nil {
		return err
	}
	if err := enterOffers(ctx, n, admin); err != nil {
		return err
	}
	if err := enterBookings(ctx, n); err != nil {
		return fmt.Errorf("bookings: %w", err)
	}
	if err := enterSheet(ctx, n); err != nil {
		return fmt.Errorf("score sheet: %w", err)
	}
	return fund(ctx, n, admin)
}

// enterOffices enters the governments of the delta and the compacts between them, from the registry's own data.
func enterOffices(ctx context.Context, n *node.Node, admin access.Actor) error {
	if _, err := n.Registry.LoadAuthorities(ctx, admin, registry.Data(), "authorities/yrd.yaml"); err != nil {
		return fmt.Errorf("authorities: %w", err)
	}
	if _, err := n.Registry.LoadCompacts(ctx, admin, registry.Data(), "compacts"); err != nil {
		return fmt.Errorf("compacts: %w", err)
	}
	return nil
}

// enterOrganisations enters each organisation once.
func enterOrganisations(ctx context.Context, n *node.Node, admin access.Actor) error {
	all := append(organisations(), brokers(n.Node.Code)...)
	if n.Node.Code == Shanghai {
		all = append(append(all, banks()...), labCompany())
	}
	for _, o := range all {
		if err := enterOrganisation(ctx, n, admin, o); err != nil {
			return fmt.Errorf("organisation %s: %w", o.Code, err)
		}
	}
	return nil
}

// enterOrganisation enters an organisation with its last year, its marks and its label, unless it is there.
func enterOrganisation(ctx context.Context, n *node.Node, admin access.Actor, o organisation) error {
	return n.DB.Act(ctx, func(tx *db.Tx) error {
		if there, err := known(ctx, tx, n, o.Code); err != nil || there {
			return err
		}
		if err := n.Registry.Put(ctx, tx, admin, o.Org); err != nil {
			return err
		}
		if err := n.Registry.PutYear(ctx, tx, admin, o.Code, o.year); err != nil {
			return err
		}
		for m, is := range map[registry.Mark]bool{registry.Operating: true, registry.TaxNormal: true, registry.Untrustworthy: false} {
			if err := n.Registry.PutMark(ctx, tx, admin, o.Code, m, is, o.Founded, o.year.Source); err != nil {
				return err
			}
		}
		label := registry.Label{Org: o.Code, Label: "tech_sme", Issuer: o.Home, Since: day(2026, 1, 1), Until: day(2026, 12, 31)}
		switch {
		case o.Kind == "lab": // stands on the list of providers that the four recognise
			label.Label = "voucher_provider"
		case o.year.Staff > 500, o.Kind == "platform":
			return nil
		}
		_, err := n.Registry.IssueLabel(ctx, tx, admin, label)
		return err
	})
}

// known says whether an organisation is in a node's registry.
func known(ctx context.Context, tx *db.Tx, n *node.Node, code string) (bool, error) {
	_, err := n.Registry.Org(ctx, tx, code)
	if fault.KindOf(err) == fault.NotFound {
		return false, nil
	}
	return err == nil, err
}

// knows is known in a reading of its own.
func knows(ctx context.Context, n *node.Node, code string) (there bool, err error) {
	err = n.DB.Read(ctx, func(tx *db.Tx) error {
		there, err = known(ctx, tx, n, code)
		return err
	})
	return there, err
}

// fund moves what each budget needs from the treasury, once: for every budget that the node's schemes name.
func fund(ctx context.Context, n *node.Node, admin access.Actor) error {
	const year = "2026"
	seen := map[string]bool{}
	for _, s := range n.Cases.Schemes() {
		at := s.Jurisdiction // a city has a treasury of its own
		for _, a := range s.Accounts.All() {
			budget := strings.NewReplacer("{jurisdiction}", at, "{year}", year).Replace(a.Path)
			if a.Kind != scheme.Budget || seen[budget] {
				continue
			}
			seen[budget] = true
			if err := fill(ctx, n, admin, at+"/treasury/"+year, budget, Budget); err != nil {
				return fmt.Errorf("budget %s: %w", budget, err)
			}
		}
	}
	return nil
}

// fill moves a sum from the treasury to one budget; the transfer's id is the budget's.
func fill(ctx context.Context, n *node.Node, admin access.Actor, treasury, budget string, sum unit.Fen) error {
	return n.DB.Act(ctx, func(tx *db.Tx) error {
		for _, a := range []ledger.Account{{Path: treasury, Asset: "CNY"}, {Path: budget, Asset: "CNY", Floor: true}} {
			if err := n.Ledger.Open(ctx, tx, a); err != nil {
				return err
			}
		}
		id := "budget/" + budget
		if done, err := n.Ledger.Find(ctx, tx, id); err != nil || len(done) > 0 {
			return err
		}
		if _, err := n.Ledger.Apply(ctx, tx, ledger.Transfer{ID: id, Kind: ledger.Post, Debit: treasury, Credit: budget,
			Amount: sum, Ref: id, Note: "年度预算（演示） yearly budget (demo)"}); err != nil {
			return err
		}
		return n.Access.Record(ctx, tx, admin, access.Entry{Act: "books.fund", Object: budget, Region: unit.Region(n.Node.Code), Detail: sum.String()})
	})
}

// actor is somebody of the world, signed in.
func actor(ctx context.Context, n *node.Node, email string) (access.Actor, error) {
	_, who, err := n.Access.SignIn(ctx, access.SignIn{Email: email, Password: Password, Addr: "127.0.0.1", Agent: "demo"})
	return who, err
}

// people makes the accounts of a node: the first administrator by the one-time link, the others by invitation. It
// returns the administrator signed in, since everything is entered by somebody.
func people(ctx context.Context, n *node.Node) (access.Actor, error) {
	var admin Person
	for _, p := range People {
		if p.Node == n.Node.Code && p.Role == adminRole {
			admin = p
		}
	}
	link, err := n.Access.FirstAdmin(ctx)
	if err != nil {
		return access.Actor{}, err
	}
	if link != "" {
		if err := n.Access.AcceptFirst(ctx, link, admin.Email, bothNames(admin), Password); err != nil {
			return access.Actor{}, fmt.Errorf("first administrator: %w", err)
		}
	}
	who, err := actor(ctx, n, admin.Email)
	if err != nil {
		return who, fmt.Errorf("sign in the administrator: %w", err)
	}
	have, _, err := n.Access.People(ctx, who, access.PeopleQuery{})
	if err != nil {
		return who, err
	}
	state := map[string]string{}
	for _, p := range have {
		state[p.Email] = p.State
	}
	for _, p := range People {
		if p.Node == n.Node.Code && state[p.Email] != "active" {
			if err := account(ctx, n, who, p, have); err != nil {
				return who, fmt.Errorf("account %s: %w", p.Email, err)
			}
		}
	}
	return who, nil
}

const adminRole = "node_admin"

func bothNames(p Person) string { return p.Name[0] + " / " + p.Name[1] }

// account invites a person and accepts for them; an invitation that was cut off before it was accepted is made anew.
func account(ctx context.Context, n *node.Node, admin access.Actor, p Person, have []access.Profile) error {
	for _, h := range have {
		if h.Email == p.Email {
			token, err := n.Access.Recover(ctx, admin, h.ID)
			if err != nil {
				return err
			}
			return n.Access.AcceptInvitation(ctx, token, Password)
		}
	}
	in := access.Invitation{Email: p.Email, Name: bothNames(p), Org: p.Org}
	if strings.Contains(p.Org, ".") { // an office, which has no credit code
		in.Org = ""
	}
	for _, role := range strings.Split(p.Role, "|") {
		in.Roles = append(in.Roles, access.Grant{Role: role, Region: unit.Region(p.Region), Org: p.Org})
	}
	token, _, err := n.Access.Invite(ctx, admin, in)
	if err != nil {
		return err
	}
	return n.Access.AcceptInvitation(ctx, token, Password)
}
