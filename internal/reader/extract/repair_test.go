package extract

import (
	"fmt"
	"strings"
	"testing"
)

// TestARepairIsToldWhereItWasMade reads a register of damaged texts: the bytes that stand at the place, and what is read
// there instead.
func TestARepairIsToldWhereItWasMade(t *testing.T) {
	tail := "\n\n2025年,虚构市科技创新券支持金额1.7亿元,服务企业320家,企业普遍反映办理方便。\n"
	narrow := "虚构市科技创新券平台今天发布年报,平台汇集仪器\n3126台,服务企业一千多家,全年提供检测服务超过\n两万次,企业满意度持续提升,各区都设立了服务站\n点,办理时间由五天缩短到两天,受到企业普遍欢迎\n。下一步,平台将继续扩大开放范围,简化兑付流程。\n"
	for _, c := range []struct{ kind, text, was, now string }{
		{RepairInvisible, "虚构市\u200b\u200b创新券工作简报" + tail, "\u200b\u200b", ""},
		{RepairRadicals, "虚构市⼈才工作简报" + tail, "⼈", "人"},
		{RepairPinyin, "創(chuàng)新券實(shí)施辦(bàn)法發(fā)布" + tail, "(shí)", ""},
		{RepairTraditional, "創新券實施辦法發佈會,關於開放共享儀器的說明。" + tail, "儀", "仪"},
		{RepairSpacing, "虚 构 市 发 布 创 新 券 报 告" + tail, "虚 构 市 发 布 创 新 券 报 告", "虚构市发布创新券报告"},
		{RepairDoubled, "虚构市发布报告虚构市发布报告" + tail, "虚构市发布报告", ""},
		{RepairFileName, "虚构市创新券工作简报" + strings.Replace(tail, "服务", "a1.jpg服务", 1), "a1.jpg", ""},
		{RepairBreaks, "虚构市年报\n\n" + narrow, "\n", ""},
		{RepairBadBytes, "虚构市创新券\xff工作简报" + strings.Repeat(tail, 4), "\xff", ""},
		{RepairSpunLeft, spunText(""), "领有", ""},
		{RepairSpun, spunText(""), "东说念主", "人"},
	} {
		d, err := Read("a.txt", []byte(c.text), Options{})
		if err != nil {
			t.Fatalf("%s: %v", c.kind, err)
		}
		var told []string
		found, last := false, 0
		for _, m := range d.Mends {
			if m.Span[0] < last || m.Span[0] >= m.Span[1] || m.Span[1] > len(c.text) {
				t.Fatalf("%s: %+v is out of order or no place", c.kind, m)
			}
			last = m.Span[0]
			was := c.text[m.Span[0]:m.Span[1]]
			told = append(told, fmt.Sprintf("%s %q %q", m.Kind, was, m.Now))
			found = found || m.Kind == c.kind && was == c.was && m.Now == c.now
		}
		if !found {
			t.Errorf("%s: %q for %q is not told among %v", c.kind, c.now, c.was, told)
		}
	}
}

// TestTheLogOfRepairsIsBounded reads a text with more repairs than are told: all are counted.
func TestTheLogOfRepairsIsBounded(t *testing.T) {
	d, err := Read("a.txt", []byte(strings.Repeat("虚构市\u200b科技创新券支持金额1.7亿元,服务企业320家。\n", 2*mendsMax)), Options{})
	if err != nil || len(d.Mends) != mendsMax || len(d.Repairs) == 0 || d.Repairs[0].Count != 2*mendsMax {
		t.Fatalf("%d places, %+v, %v", len(d.Mends), d.Repairs, err)
	}
}
