CREATE TABLE schema_version (
	version INTEGER NOT NULL,
	PRIMARY KEY (version)
);
INSERT INTO schema_version VALUES(1);
CREATE TABLE account (
	name TEXT NOT NULL,
	next_at DOUBLE NOT NULL,
	noted_at DOUBLE NOT NULL,
	PRIMARY KEY (name)
);
INSERT INTO account VALUES('sellercloud',1795883712.8032968044,1795883712.8032968044);
CREATE TABLE run (
	id INTEGER NOT NULL,
	created_at DOUBLE NOT NULL,
	state TEXT NOT NULL,
	operation TEXT NOT NULL,
	account TEXT NOT NULL,
	file_path TEXT NOT NULL,
	file_name TEXT NOT NULL,
	file_size BIGINT NOT NULL,
	file_sha256 TEXT NOT NULL,
	worksheet TEXT,
	version TEXT NOT NULL,
	user TEXT NOT NULL,
	host TEXT NOT NULL,
	settings TEXT NOT NULL,
	epoch INTEGER NOT NULL CONSTRAINT ck_run_epoch_counts CHECK (epoch >= 1),
	owner TEXT NOT NULL,
	heartbeat_at DOUBLE NOT NULL,
	finished_at DOUBLE,
	result_path TEXT,
	pruned_at DOUBLE,
	PRIMARY KEY (id),
	CONSTRAINT ck_run_state_is_known CHECK (state IN ('open', 'finished', 'abandoned')),
	CONSTRAINT ck_run_finished_has_instant CHECK ((state = 'open') = (finished_at IS NULL)),
	FOREIGN KEY(account) REFERENCES account (name)
);
INSERT INTO run VALUES(1,1795883711.9330604076,'finished','add_tracking','sellercloud','/inbox/acme.csv','acme.csv',310,'c13e8ba5a70aea4e0bcbaf1a37bb3eb38e576115a87256b53f839874b9b7e600',NULL,'0.1.0','buyer','desk','{"into":null,"address":"http://127.0.0.1:8080/rest","vendor":null,"undoable":false,"again":false,"stop_after":null,"verify":null,"whole_po":false,"strict":false,"strict_tracking":false,"infer_carrier":false,"mends":null,"header_row":1,"two_lines":false,"encoding":"utf-8"}',2,'4711@desk',1795883713.1940865516,1795883713.1940865516,'/inbox/acme.result.csv',NULL);
INSERT INTO run VALUES(2,1795883712.4575777054,'finished','add_tracking','sellercloud','/inbox/bravo.csv','bravo.csv',156,'48bfac43f29b2ba26aecf9d159a7d312e2e760e105b184a0b46b9025f95583cc',NULL,'0.1.0','buyer','desk','{"into":null,"address":"http://127.0.0.1:8080/rest","vendor":null,"undoable":false,"again":false,"stop_after":null,"verify":null,"whole_po":false,"strict":false,"strict_tracking":false,"infer_carrier":false,"mends":null,"header_row":1,"two_lines":false,"encoding":"utf-8"}',1,'4711@desk',1795883712.507133007,1795883712.507133007,'/inbox/bravo.result.csv',NULL);
INSERT INTO run VALUES(3,1795883712.6232178211,'finished','undo add_tracking','sellercloud','/inbox/bravo.csv','bravo.csv',156,'48bfac43f29b2ba26aecf9d159a7d312e2e760e105b184a0b46b9025f95583cc',NULL,'0.1.0','buyer','desk','{"undoes":2,"address":"http://127.0.0.1:8080/rest","into":null}',1,'4711@desk',1795883712.8406977653,1795883712.8406977653,'/inbox/bravo.undo-3.csv',NULL);
INSERT INTO run VALUES(4,1795883713.1062860489,'open','add_tracking','sellercloud','/inbox/acme.fix.xlsx','acme.fix.xlsx',5839,'a532462045f923466a7e4c3af3dc7b4704225ccf8efbd62c61ef43748d52572a','Rows','0.1.0','buyer','desk','{"into":null,"address":"http://127.0.0.1:8080/rest","vendor":null,"undoable":false,"again":false,"stop_after":null,"verify":null,"whole_po":false,"strict":false,"strict_tracking":false,"infer_carrier":false,"mends":{"run":1,"rows":{"2":3,"3":4,"10000003":4,"4":6}},"header_row":1,"two_lines":false,"encoding":null}',1,'4711@desk',0.0,NULL,NULL,NULL);
CREATE TABLE call (
	run_id INTEGER NOT NULL,
	number INTEGER NOT NULL,
	parent_number INTEGER,
	method TEXT NOT NULL,
	path TEXT NOT NULL,
	body TEXT,
	touches TEXT NOT NULL,
	state TEXT NOT NULL,
	attempts INTEGER NOT NULL CONSTRAINT ck_call_attempts_count CHECK (attempts >= 0),
	claimed_at DOUBLE,
	settled_at DOUBLE,
	PRIMARY KEY (run_id, number),
	FOREIGN KEY(run_id, parent_number) REFERENCES call (run_id, number),
	CONSTRAINT ck_call_state_is_known CHECK (state IN ('planned', 'sending', 'accepted', 'rejected', 'unknown', 'split')),
	CONSTRAINT ck_call_sent_was_attempted CHECK (state NOT IN ('sending', 'accepted', 'rejected', 'unknown') OR attempts > 0),
	CONSTRAINT ck_call_settled_has_instant CHECK ((state IN ('planned', 'sending')) = (settled_at IS NULL)),
	FOREIGN KEY(run_id) REFERENCES run (id)
);
INSERT INTO call VALUES(1,1,NULL,'POST','PurchaseOrders/10001/TrackingNumber/Multiple','{"TrackingNumbers":[{"ShippedOn":"2026-11-19T12:00:00.000Z","ShippingCarrier":"UPS","TrackingNumber":"1Z999AA10123456784","ShippingStatus":2}]}','["PO 10001"]','accepted',1,1795883712.2487306594,1795883712.3013026713);
INSERT INTO call VALUES(1,2,NULL,'POST','PurchaseOrders/99999/TrackingNumber/Multiple','{"TrackingNumbers":[{"ShippedOn":"2026-11-19T12:00:00.000Z","ShippingCarrier":"UPS","TrackingNumber":"1Z57V0X40390310916","ShippingStatus":2},{"ShippedOn":"2026-11-19T12:00:00.000Z","ShippingCarrier":"UPS","TrackingNumber":"1Z57V0X40390311077","ShippingStatus":2}]}','["PO 99999"]','rejected',1,1795883712.2747895717,1795883712.3222763538);
INSERT INTO call VALUES(1,3,NULL,'POST','PurchaseOrders/10003/TrackingNumber/Multiple','{"TrackingNumbers":[{"ShippedOn":"2026-11-19T12:00:00.000Z","ShippingCarrier":"UPS","TrackingNumber":"1Z999AA10123456785","ShippingStatus":2}]}','["PO 10003"]','accepted',1,1795883712.2747895717,1795883712.3162429333);
INSERT INTO call VALUES(2,1,NULL,'POST','PurchaseOrders/10002/TrackingNumber/Multiple','{"TrackingNumbers":[{"ShippedOn":"2026-11-19T12:00:00.000Z","ShippingCarrier":"UPS","TrackingNumber":"1Z12345E1512345676","ShippingStatus":2},{"ShippedOn":"2026-11-19T12:00:00.000Z","ShippingCarrier":"UPS","TrackingNumber":"1Z999AA10123456793","ShippingStatus":2},{"ShippedOn":"2026-11-19T12:00:00.000Z","ShippingCarrier":"UPS","TrackingNumber":"1Z57V0X40390311157","ShippingStatus":2}]}','["PO 10002"]','accepted',1,1795883712.4843814373,1795883712.4935293197);
INSERT INTO call VALUES(3,1,NULL,'DELETE','PurchaseOrders/10002/TrackingNumber/Multiple','{"TrackingNumbersIDs":[9000003,9000004,9000005]}','["PO 10002"]','accepted',1,1795883712.7711920738,1795883712.7910706997);
INSERT INTO call VALUES(4,1,NULL,'POST','PurchaseOrders/10002/TrackingNumber/Multiple','{"TrackingNumbers":[{"ShippedOn":"2026-11-19T12:00:00.000Z","ShippingCarrier":"UPS","TrackingNumber":"1Z57V0X40390310916","ShippingStatus":2},{"ShippedOn":"2026-11-19T12:00:00.000Z","ShippingCarrier":"UPS","TrackingNumber":"1Z57V0X40390311077","ShippingStatus":2}]}','["PO 10002"]','planned',0,NULL,NULL);
CREATE TABLE IF NOT EXISTS "row" (
	run_id INTEGER NOT NULL,
	"row" INTEGER NOT NULL,
	status TEXT NOT NULL,
	sentence TEXT NOT NULL,
	"values" TEXT,
	identity TEXT,
	call_number INTEGER,
	warning TEXT NOT NULL,
	"before" TEXT,
	PRIMARY KEY (run_id, "row"),
	FOREIGN KEY(run_id, call_number) REFERENCES call (run_id, number),
	CONSTRAINT ck_row_status_is_known CHECK (status IN ('invalid', 'planned', 'unsent', 'sent', 'verified', 'unchanged', 'rejected', 'unknown')),
	FOREIGN KEY(run_id) REFERENCES run (id)
);
INSERT INTO "row" VALUES(1,2,'verified','','{"po_id":10001,"tracking_number":"1Z999AA10123456784","carrier":"UPS","other_carrier":null,"shipped_on":"2026-11-19","shipping_status":"Fully Shipped"}','b8b0f8eff5ae9b6360da22e9d3f2a3231b484afa7e2eb87a4b0424dae5e3e156',1,'',NULL);
INSERT INTO "row" VALUES(1,3,'invalid','Carrier: "Road; Other Carrier: Truck" is not one of UPS, USPS, FedEx, DHL, Other; for another carrier, write Other here and Road; Other Carrier: Truck in Other Carrier','{}',NULL,NULL,'',NULL);
INSERT INTO "row" VALUES(1,4,'rejected','Purchase order 99999 was not found.','{"po_id":99999,"tracking_number":"1Z57V0X40390310916","carrier":"UPS","other_carrier":null,"shipped_on":"2026-11-19","shipping_status":"Fully Shipped"}','08fa6185efc53e3ed0f3992cb3deea66ec7ec13dd4eeda679eabb2e76556a43c',2,'',NULL);
INSERT INTO "row" VALUES(1,10000004,'rejected','Purchase order 99999 was not found.','{"po_id":99999,"tracking_number":"1Z57V0X40390311077","carrier":"UPS","other_carrier":null,"shipped_on":"2026-11-19","shipping_status":"Fully Shipped"}','03a5bd6a0cde443ba9ed7a5ebc5e508003c917e702b9e0e58a13fb0027f4c0e3',2,'',NULL);
INSERT INTO "row" VALUES(1,5,'verified','Tracking Number: the check digit of "1Z999AA10123456785" does not fit a UPS number; compare it with the label','{"po_id":10003,"tracking_number":"1Z999AA10123456785","carrier":"UPS","other_carrier":null,"shipped_on":"2026-11-19","shipping_status":"Fully Shipped"}','d389d525028b2710434d50f4441e6a55aea8b7e6e4c230afc58e2edd77b20a1a',3,'Tracking Number: the check digit of "1Z999AA10123456785" does not fit a UPS number; compare it with the label',NULL);
INSERT INTO "row" VALUES(1,6,'invalid','PO ID: is empty, and needed; Tracking Number: is empty, and needed','{}',NULL,NULL,'',NULL);
INSERT INTO "row" VALUES(2,2,'verified','Taken back by run 3 on 2026-11-28 16:35 UTC.','{"po_id":10002,"tracking_number":"1Z12345E1512345676","carrier":"UPS","other_carrier":null,"shipped_on":"2026-11-19","shipping_status":"Fully Shipped"}',NULL,1,'',NULL);
INSERT INTO "row" VALUES(2,10000002,'verified','Taken back by run 3 on 2026-11-28 16:35 UTC.','{"po_id":10002,"tracking_number":"1Z999AA10123456793","carrier":"UPS","other_carrier":null,"shipped_on":"2026-11-19","shipping_status":"Fully Shipped"}',NULL,1,'',NULL);
INSERT INTO "row" VALUES(2,20000002,'verified','Taken back by run 3 on 2026-11-28 16:35 UTC.','{"po_id":10002,"tracking_number":"1Z57V0X40390311157","carrier":"UPS","other_carrier":null,"shipped_on":"2026-11-19","shipping_status":"Fully Shipped"}',NULL,1,'',NULL);
INSERT INTO "row" VALUES(3,2,'verified','','{"po_id":10002,"tracking_number":"1Z12345E1512345676","entry_id":9000003}',NULL,1,'',NULL);
INSERT INTO "row" VALUES(3,10000002,'verified','','{"po_id":10002,"tracking_number":"1Z999AA10123456793","entry_id":9000004}',NULL,1,'',NULL);
INSERT INTO "row" VALUES(3,20000002,'verified','','{"po_id":10002,"tracking_number":"1Z57V0X40390311157","entry_id":9000005}',NULL,1,'',NULL);
INSERT INTO "row" VALUES(4,2,'invalid','Carrier: "Road; Other Carrier: Truck" is not one of UPS, USPS, FedEx, DHL, Other; for another carrier, write Other here and Road; Other Carrier: Truck in Other Carrier','{}',NULL,NULL,'',NULL);
INSERT INTO "row" VALUES(4,3,'unsent','','{"po_id":10002,"tracking_number":"1Z57V0X40390310916","carrier":"UPS","other_carrier":null,"shipped_on":"2026-11-19","shipping_status":"Fully Shipped"}','cbf4e85379615b68de3bff4cdd96d6d81f12fca5642ac6efb6ece243795a4e61',1,'',NULL);
INSERT INTO "row" VALUES(4,10000003,'unsent','','{"po_id":10002,"tracking_number":"1Z57V0X40390311077","carrier":"UPS","other_carrier":null,"shipped_on":"2026-11-19","shipping_status":"Fully Shipped"}','84cf1c988ccb618d007fa280c57239de648c40c5d8c956ef7e53b588ecfe117c',1,'',NULL);
INSERT INTO "row" VALUES(4,4,'invalid','PO ID: is empty, and needed; Tracking Number: is empty, and needed','{}',NULL,NULL,'',NULL);
CREATE TABLE attempt (
	id INTEGER NOT NULL,
	run_id INTEGER NOT NULL,
	call_number INTEGER,
	purpose TEXT NOT NULL,
	epoch INTEGER NOT NULL,
	started_at DOUBLE NOT NULL,
	ended_at DOUBLE,
	method TEXT NOT NULL,
	path TEXT NOT NULL,
	status_code INTEGER,
	failure TEXT,
	reply TEXT,
	PRIMARY KEY (id),
	FOREIGN KEY(run_id, call_number) REFERENCES call (run_id, number),
	CONSTRAINT ck_attempt_purpose_is_known CHECK (purpose IN ('write', 'read back', 'sign in', 'before look')),
	FOREIGN KEY(run_id) REFERENCES run (id)
);
INSERT INTO attempt VALUES(1,1,1,'write',1,1795883712.2487306594,1795883712.3013026713,'POST','PurchaseOrders/10001/TrackingNumber/Multiple',200,NULL,'');
INSERT INTO attempt VALUES(2,1,2,'write',1,1795883712.2747895717,1795883712.3150095939,'POST','PurchaseOrders/99999/TrackingNumber/Multiple',404,NULL,'{"ErrorMessage": "Purchase order 99999 was not found.", "ErrorSource": null, "StackTrace": null}');
INSERT INTO attempt VALUES(3,1,3,'write',1,1795883712.2747895717,1795883712.3162429333,'POST','PurchaseOrders/10003/TrackingNumber/Multiple',200,NULL,'');
INSERT INTO attempt VALUES(4,1,2,'read back',1,1795883712.3171219825,1795883712.3212969303,'GET','PurchaseOrders/99999/TrackingNumber/Multiple',404,NULL,'{"ErrorMessage": "Purchase order 99999 was not found.", "ErrorSource": null, "StackTrace": null}');
INSERT INTO attempt VALUES(5,1,1,'read back',1,1795883712.3311221599,1795883712.3384389877,'GET','PurchaseOrders/10001/TrackingNumber/Multiple',200,NULL,'{"TrackingNumbers": [{"ID": 9000001, "ShippedOn": "2026-11-19T12:00:00.000Z", "ShippingCarrier": "UPS", "TrackingNumber": "1Z999AA10123456784"}]}');
INSERT INTO attempt VALUES(6,1,3,'read back',1,1795883712.3349359035,1795883712.3405439853,'GET','PurchaseOrders/10003/TrackingNumber/Multiple',200,NULL,'{"TrackingNumbers": [{"ID": 9000002, "ShippedOn": "2026-11-19T12:00:00.000Z", "ShippingCarrier": "UPS", "TrackingNumber": "1Z999AA10123456785"}]}');
INSERT INTO attempt VALUES(7,2,1,'write',1,1795883712.4843814373,1795883712.4935293197,'POST','PurchaseOrders/10002/TrackingNumber/Multiple',200,NULL,'');
INSERT INTO attempt VALUES(8,2,1,'read back',1,1795883712.4969532489,1795883712.4995610714,'GET','PurchaseOrders/10002/TrackingNumber/Multiple',200,NULL,'{"TrackingNumbers": [{"ID": 9000003, "ShippedOn": "2026-11-19T12:00:00.000Z", "ShippingCarrier": "UPS", "TrackingNumber": "1Z12345E1512345676"}, {"ID": 9000004, "ShippedOn": "2026-11-19T12:00:00.000Z", "ShippingCarrier": "UPS", "TrackingNumber": "1Z999AA10123456793"}, {"ID": 9000005, "ShippedOn": "2026-11-19T12:00:00.000Z", "ShippingCarrier": "UPS", "TrackingNumber": "1Z57V0X40390311157"}]}');
INSERT INTO attempt VALUES(9,3,1,'write',1,1795883712.7711920738,1795883712.7910706997,'DELETE','PurchaseOrders/10002/TrackingNumber/Multiple',200,NULL,'');
INSERT INTO attempt VALUES(10,3,1,'read back',1,1795883712.8032968044,1795883712.8137702942,'GET','PurchaseOrders/10002/TrackingNumber/Multiple',200,NULL,'{"TrackingNumbers": []}');
CREATE TABLE hold (
	account TEXT NOT NULL,
	touched TEXT NOT NULL,
	run_id INTEGER NOT NULL,
	call_number INTEGER NOT NULL,
	PRIMARY KEY (account, touched),
	FOREIGN KEY(run_id, call_number) REFERENCES call (run_id, number),
	FOREIGN KEY(account) REFERENCES account (name)
)
 WITHOUT ROWID
;
CREATE TABLE call_row (
	run_id INTEGER NOT NULL,
	call_number INTEGER NOT NULL,
	"row" INTEGER NOT NULL,
	PRIMARY KEY (run_id, call_number, "row"),
	FOREIGN KEY(run_id, call_number) REFERENCES call (run_id, number),
	FOREIGN KEY(run_id, "row") REFERENCES "row" (run_id, "row")
)
 WITHOUT ROWID
;
INSERT INTO call_row VALUES(1,1,2);
INSERT INTO call_row VALUES(1,2,4);
INSERT INTO call_row VALUES(1,2,10000004);
INSERT INTO call_row VALUES(1,3,5);
INSERT INTO call_row VALUES(2,1,2);
INSERT INTO call_row VALUES(2,1,10000002);
INSERT INTO call_row VALUES(2,1,20000002);
INSERT INTO call_row VALUES(3,1,2);
INSERT INTO call_row VALUES(3,1,10000002);
INSERT INTO call_row VALUES(3,1,20000002);
INSERT INTO call_row VALUES(4,1,3);
INSERT INTO call_row VALUES(4,1,10000003);
CREATE INDEX ix_run_file_sha256 ON run (file_sha256);
CREATE INDEX ix_run_state ON run (state);
CREATE INDEX ix_row_identity ON "row" (identity);
CREATE INDEX ix_attempt_run_id_call_number ON attempt (run_id, call_number);
CREATE INDEX ix_hold_run_id_call_number ON hold (run_id, call_number);
INSERT INTO attempt VALUES(11,4,1,'before look',1,1795883713.2,1795883713.3,'GET','PurchaseOrders/10002/TrackingNumber/Multiple',200,NULL,'[3, 10000003]');
