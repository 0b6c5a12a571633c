package web

import (
	"encoding/json"

	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/registry"
	"corridor/internal/unit"
)

// mandateView is a mandate with who holds it, as far as the visitor may know.
type mandateView struct {
	registry.Mandate
	Name string
	In   bool // in force today
}

type registryPersonPage struct {
	registry.PersonData
	Mandates []mandateView
	Org      string // the way back
	Edit     bool
	Form     *form
	Sure     *form
}

// mandates lists who may act for an organisation.
func (v *visit) mandates(tx *db.Tx, org string) ([]mandateView, error) {
	all, err := v.s.c.Registry.Mandates(v.ctx(), tx, org)
	if err != nil {
		return nil, err
	}
	var out []mandateView
	for _, m := range all {
		x := mandateView{Mandate: m, In: m.On(v.s.c.Registry.Today(tx))}
		if p, err := v.s.c.Registry.Person(v.ctx(), tx, v.who, m.Person); err == nil {
			x.Name = p.Name
		} else if fault.KindOf(err) == fault.Internal {
			return nil, err
		}
		out = append(out, x)
	}
	return out, nil
}

// addPerson enters a person who acts for an organisation, with a mandate.
func (v *visit) addPerson() error {
	f, err := v.form()
	if err != nil {
		return err
	}
	code := v.r.PathValue("code")
	v.back = "/registry/" + code
	p := registry.Person{Name: f.text("name"), Email: f.text("email"), Phone: f.text("phone")}
	m := registry.Mandate{Org: code, What: registry.AllMatters, Since: f.day("since"), Basis: f.text("basis"), Source: "desk:" + v.who.Name}
	if f.text("what") != "" {
		m.What = f.text("what")
	}
	if f.text("until") != "" {
		m.Until = f.day("until")
	}
	if err = f.err(); err == nil {
		err = v.s.c.DB.Act(v.ctx(), func(tx *db.Tx) error {
			made, err := v.s.c.Registry.AddPerson(v.ctx(), tx, v.who, code, p)
			if err != nil {
				return err
			}
			m.Person = made.ID
			_, err = v.s.c.Registry.GiveMandate(v.ctx(), tx, v.who, m)
			return err
		})
	}
	if err == nil {
		return v.to(v.back+"#h-m", "saved")
	}
	if !v.refusedForm(f.on("m"), err) {
		return err
	}
	return v.showOrganisation(f)
}

// endMandate ends a mandate with today.
func (v *visit) endMandate() error {
	id, err := v.pathID()
	if err != nil {
		return err
	}
	if err := v.s.c.DB.Act(v.ctx(), func(tx *db.Tx) error {
		return v.s.c.Registry.EndMandate(v.ctx(), tx, v.who, id, v.s.c.Registry.Today(tx))
	}); err != nil {
		return err
	}
	return v.to("/registry/"+v.r.PathValue("code")+"#h-m", "saved")
}

// registryPerson shows what the registry has of a person, to the person's organisations and to who keeps the node.
func (v *visit) registryPerson() error { return v.showRegistryPerson(nil, nil) }

func (v *visit) showRegistryPerson(form, sure *form) error {
	id, err := v.pathID()
	if err != nil {
		return err
	}
	p := registryPersonPage{Form: form, Sure: sure}
	if err := v.s.c.DB.Read(v.ctx(), func(tx *db.Tx) (err error) {
		if p.PersonData, err = v.s.c.Registry.ExportPerson(v.ctx(), tx, v.who, id); err != nil {
			return err
		}
		if p.Edit, err = v.s.c.Registry.MayEditPerson(v.ctx(), tx, v.who, id); err != nil {
			return err
		}
		for _, m := range p.PersonData.Mandates {
			p.Mandates, p.Org = append(p.Mandates, mandateView{Mandate: m, In: m.On(v.s.c.Registry.Today(tx))}), m.Org
		}
		return nil
	}); err != nil {
		return err
	}
	if p.Form == nil {
		p.Form = v.blank("p")
		p.Form.Set("name", p.Person.Name)
		p.Form.Set("email", p.Person.Email)
		p.Form.Set("phone", p.Person.Phone)
	}
	if p.Sure == nil {
		p.Sure = v.blank("e")
	}
	v.under("/registry", "主体登记", "Registry")
	title := p.Person.Name
	if title == "" {
		title = v.t("已删除的人员", "An erased person")
	}
	return v.show("registryperson", title, p)
}

// ofRegistryPerson does something to a person, and shows them again when it is refused.
func (v *visit) ofRegistryPerson(part string, do func(tx *db.Tx, id unit.ID, f *form) error) error {
	id, f, err := v.posted()
	if err != nil {
		return err
	}
	v.back = "/persons/" + string(id)
	err = v.s.c.DB.Act(v.ctx(), func(tx *db.Tx) error { return do(tx, id, f) })
	if err == nil {
		return v.to(v.back, "saved")
	}
	if !v.refusedForm(f.on(part), err) {
		return err
	}
	if part == "e" {
		return v.showRegistryPerson(nil, f)
	}
	return v.showRegistryPerson(f, nil)
}

func (v *visit) correctRegistryPerson() error {
	return v.ofRegistryPerson("p", func(tx *db.Tx, id unit.ID, f *form) error {
		p, err := v.s.c.Registry.Person(v.ctx(), tx, v.who, id)
		if err != nil {
			return err
		}
		p.Name, p.Email, p.Phone = f.text("name"), f.text("email"), f.text("phone")
		_, err = v.s.c.Registry.CorrectPerson(v.ctx(), tx, v.who, p)
		return err
	})
}

func (v *visit) eraseRegistryPerson() error {
	return v.ofRegistryPerson("e", func(tx *db.Tx, id unit.ID, f *form) error {
		if f.Get("sure") != "yes" {
			return fault.New(fault.Invalid, "web.not_sure").On("sure")
		}
		_, err := v.s.c.Registry.ErasePerson(v.ctx(), tx, v.who, id)
		return err
	})
}

func (v *visit) exportRegistryPerson() error {
	id, err := v.pathID()
	if err != nil {
		return err
	}
	var d registry.PersonData
	if err := v.s.c.DB.Read(v.ctx(), func(tx *db.Tx) (err error) {
		d, err = v.s.c.Registry.ExportPerson(v.ctx(), tx, v.who, id)
		return err
	}); err != nil {
		return err
	}
	b, err := json.MarshalIndent(d, "", "  ")
	if err != nil {
		return err
	}
	return v.download("person-"+string(id)+".json", "application/json", b)
}
