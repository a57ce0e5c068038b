package manager

// routes is the index of the API, chapter by chapter as in the document: path,
// who may call it, title, handler. A line with as(…) is another spelling of a
// documented path. What the document lacks is named in extensions of the
// coverage test.
func (a *api) routes() []line {
	return []line{
		// 1 weather

		// 2 upload
		post("/upload/uploadImg", anyone, "上传图片", a.uploadImg),

		// 3 students

		// 4 users
		post("/users/login", public, "用户登入", a.login),

		// 5 permission

		// 7.1 category

		// 7.2 product

		// 7.3 cart

		// 6, 7.4 order
		both("/order/ship", role, "发货配送", a.ship),

		// 8 pay
	}
}
