package scheme

// The keys of the files, in the order in which people are told of them. What is not here is refused; the JSON Schema
// has the same ones, which a test holds together.
const (
	schemeKeys = `scheme title extends parent jurisdiction edition in_force sources params rules amounts roles stages ends pauses
	times overdue needs separate accounts money slots asks round cases lead joins amends starts demand labels sealed see publish figures letters group fixed migrate words form tests`
	sourceKeys  = "title doc url"
	paramKeys   = "value choices by basis verified"
	ruleKeys    = "when ask look basis verified zh en"
	amountKeys  = "at is split by"
	roleKeys    = "party desk seat anyone at"
	accountKeys = "budget limit own parent out opens_with lent_to by"
	publishKeys = "leaf shows"
	figureKeys  = "leaf sum zh en unit"
	letterKeys  = "zh en"
	caseKeys    = "scheme opened_by one_for gives payer for sum lets_go started_by in"
	leadKeys    = "sum says"
	joinKeys    = "field in adds"
	roundKeys   = "waits closes order within takes leaves by returns"
	returnsKeys = "of for sum below above basis verified zh en"
	startKeys   = "over where on at"
	demandKeys  = "in type title text targets fields industry region budget fills"
	seeKeys     = "only if"
	amendKeys   = "list joins leaves"
	migrateKeys = "from fields"
	askKeys     = "opened_by seats draw answers must order within again instead drop fee"
	drawKeys    = "from field count reserves conflicts worked per_unit most"
	formKeys    = "sections"
	sectionKeys = "words fields"
	fieldKeys   = "type by zh en of list from editable partner once public shown_when fields price to until shows basis"
	factsKeys   = "labels paid contracts"
	dealKeys    = "in with sum"
	testsKeys   = "given params verdicts runs"
	verdictKeys = "name at with want"
	runKeys     = "name do with params ends refused amounts books"
)
