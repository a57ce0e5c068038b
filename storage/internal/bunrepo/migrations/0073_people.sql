ALTER TABLE {ns}accounts ADD COLUMN country TEXT NOT NULL DEFAULT '';

-- Logins at one face, newest first.
CREATE INDEX {ix}login_log_face ON {ns}login_log (face, id);
-- Whether a role is held by anybody; accounts of a role.
CREATE INDEX {ix}accounts_role ON {ns}accounts (role_id) WHERE role_id <> '';

-- What browsers without a login have proved. The row is found by a hash of
-- the browser's cookie, and its text is encrypted under the cookie.
CREATE TABLE {ns}visitor_notes (
  hash TEXT NOT NULL,
  name TEXT NOT NULL,
  sealed TEXT NOT NULL,
  expires_at BIGINT NOT NULL,
  PRIMARY KEY (hash, name)
);
-- Forget.
CREATE INDEX {ix}visitor_notes_expires ON {ns}visitor_notes (expires_at);

-- Menus of management pages: two levels, parent_id 0 is the upper one.
CREATE TABLE {ns}menus (
  id {id},
  parent_id BIGINT NOT NULL,
  name TEXT NOT NULL,
  title TEXT NOT NULL,
  sort INTEGER NOT NULL,
  hidden BOOLEAN NOT NULL
);
CREATE TABLE {ns}role_menus (
  role_id TEXT NOT NULL,
  menu_id BIGINT NOT NULL,
  PRIMARY KEY (role_id, menu_id)
);
-- A menu goes with its assignments.
CREATE INDEX {ix}role_menus_menu ON {ns}role_menus (menu_id);

-- The menus that the document names; clients match the names letter by letter.
INSERT INTO {ns}menus (parent_id, name, title, sort, hidden) VALUES
  (0, '管理首页', '', 10, FALSE), (0, '学员管理', '', 20, FALSE), (0, '考勤管理', '', 30, FALSE), (0, '用户管理', '', 40, FALSE),
  (0, '数据统计', '', 50, FALSE), (0, '我的中心', '', 60, FALSE), (0, 'vip管理', '', 70, FALSE);
INSERT INTO {ns}menus (parent_id, name, title, sort, hidden)
  SELECT id, '学员项目管理', '', 21, FALSE FROM {ns}menus WHERE name = '学员管理';
INSERT INTO {ns}menus (parent_id, name, title, sort, hidden)
  SELECT id, '学员资料', '', 22, FALSE FROM {ns}menus WHERE name = '学员管理';
INSERT INTO {ns}menus (parent_id, name, title, sort, hidden)
  SELECT id, '学员宿舍', '', 23, FALSE FROM {ns}menus WHERE name = '学员管理';
INSERT INTO {ns}menus (parent_id, name, title, sort, hidden)
  SELECT id, 'vip充值', '', 71, FALSE FROM {ns}menus WHERE name = 'vip管理';
INSERT INTO {ns}menus (parent_id, name, title, sort, hidden)
  SELECT id, '订单管理', '', 72, FALSE FROM {ns}menus WHERE name = 'vip管理';
-- 总监 as the document prints it; below it fewer. Root sees all without rows.
INSERT INTO {ns}role_menus (role_id, menu_id)
  SELECT '102', id FROM {ns}menus WHERE name IN ('管理首页', '学员管理', '学员项目管理', '学员资料', '学员宿舍', '考勤管理', '数据统计', '我的中心');
INSERT INTO {ns}role_menus (role_id, menu_id)
  SELECT '103', id FROM {ns}menus WHERE name IN ('管理首页', '学员管理', '学员项目管理', '学员资料', '学员宿舍', '考勤管理', '我的中心');
INSERT INTO {ns}role_menus (role_id, menu_id)
  SELECT '200', id FROM {ns}menus WHERE name IN ('管理首页', '学员管理', '学员资料', '我的中心');
