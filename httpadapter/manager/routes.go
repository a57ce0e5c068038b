package manager

// routes is the index of the API, chapter by chapter as in the document: path,
// who may call it, title, handler. A line with as(…) is another spelling of a
// documented path. What the document lacks is named in extensions of the
// coverage test.
func (a *api) routes() []line {
	return []line{
		// 1 weather
		get("/weather/getWeather", public, "获取天气", a.getWeather),
		both("/weather/updateWeatherCount", root, "修改天气账户", a.updateWeatherCount),

		// 2 upload
		post("/upload/uploadImg", anyone, "上传图片", a.uploadImg),

		// 3 students
		get("/students/getclasses", user, "班级列表", a.getClasses),
		get("/students/getstulist", user, "获取学员信息", a.getStuList),
		post("/students/addstu", role, "增加学员信息", a.addStu),
		both("/students/delstu", role, "删除学员信息", a.delStu),
		post("/students/updatestu", role, "修改学员信息", a.updateStu),
		get("/students/searchstu", user, "搜索学员", a.searchStu),
		post("/students/uploadStuAvatar", public, "上传学员头像", a.uploadStuAvatar),

		// 4 users
		post("/users/login", public, "用户登入", a.login),

		get("/users/getQrcode", public, "获取二维码url", a.getQrcode),
		get("/users/getScancode", public, "获取二维码url(旧)", a.getQrcode).as("/users/getQrcode"),
		get("/users/wechatCallBack", public, "微信授权回调", a.wechatCallBack),
		get("/users/wechatLogin", public, "微信登入", a.wechatLogin),

		// 5 permission

		// 7.1 category

		// 7.2 product

		// 7.3 cart

		// 6, 7.4 order
		both("/order/ship", role, "发货配送", a.ship),

		// 8 pay
	}
}
