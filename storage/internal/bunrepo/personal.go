package bunrepo

// whole stands for rows that an erasure deletes.
const whole = "*"

// personal lists, per table, the columns that name, reach or describe a
// person. An erasure overwrites them, or deletes the rows; the books keep ids
// and amounts. A test holds it against the schema: a column with a telling
// name is in this table or in impersonal.
var personal = map[string][]string{
	"accounts":         {"username", "username_key", "mobile", "mail", "password_hash", "nick", "avatar_url", "gender", "birthday", "country", "province", "city", "ext", "register_addr", "login_at", "login_addr"},
	"bindings":         {whole},
	"sessions":         {whole},
	"login_log":        {whole},
	"account_log":      {"addr", "reason"},
	"addresses":        {whole},
	"address_books":    {whole},
	"favourites":       {whole},
	"reviews":          {"remark", "pics", "reply"},
	"cart_lines":       {whole},
	"stock_log":        {"addr"},
	"orders":           {"address", "remark", "ext", "addr"},
	"order_lines":      {"review_remark", "review_pics"},
	"order_logs":       {"addr", "reason"},
	"order_claims":     {"reason", "remark", "pictures", "answer", "back_to"},
	"payments":         {"openid", "title", "remark"},
	"refunds":          {"reason"},
	"point_entries":    {"remark"},
	"wallet_entries":   {"remark"},
	"wallet_passwords": {whole},
	"withdrawals":      {"name", "reason"},
	"invoices":         {"title", "tax_number", "consumption", "remark", "mail", "ext", "file", "reason"},
	"deposits":         {"ref_code", "remark", "ext", "reason"},
	"level_purchases":  {"remark"},
	"level_renewals":   {whole},
	"files":            {whole},
	"json_documents":   {whole},
	"json_owners":      {whole},
	"purchases":        {whole},
}

// impersonal are columns whose names sound personal and are not: they belong
// to shops, goods and the site.
var impersonal = map[string][]string{
	// People without an account: no erasure of one reaches them, student.Delete does.
	"students":      {"city"},
	"shops":         {"link_man", "link_phone", "address", "province_id", "city_id", "district_id"},
	"operators":     {"phone"},
	"goods_options": {"remark"},
	"banners":       {"remark"},
	"settings":      {"remark"},
}
