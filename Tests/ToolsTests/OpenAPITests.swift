import HTTPTransport
import JobModel
import Models
import Synchronization
import TestSupport
import Testing
import Tools

/// Services whose OpenAPI document makes tools of their operations.
@Suite(.timeLimit(.minutes(3))) struct OpenAPITests {
    private let scratch = Scratch()

    private static let shop = """
        openapi: 3.0.3
        info: {title: Shop, version: "1"}
        servers: [{url: "https://{host}/v1", variables: {host: {default: shop.example.com}}}]
        paths:
          /orders/{id}:
            parameters:
              - {name: id, in: path, required: true, schema: {type: string}}
            get:
              operationId: getOrder
              tags: [orders]
              summary: Reads an order.
              parameters:
                - {name: "filter[state]", in: query, schema: {type: array, items: {type: string}}}
                - {name: fields, in: query, explode: false, schema: {type: array, items: {type: string}}}
                - {name: X-Tenant, in: header, schema: {type: integer}}
                - {name: Authorization, in: header, schema: {type: string}}
            put:
              operationId: putOrder
              tags: [orders]
              requestBody:
                required: true
                content: {application/json: {schema: {$ref: "#/components/schemas/Order"}}}
            delete: {tags: [orders]}
          /login:
            post:
              operationId: login
              tags: [people]
              requestBody:
                required: true
                content:
                  application/x-www-form-urlencoded:
                    schema: {type: object, properties: {name: {type: string}, id: {type: integer}}}
          /upload:
            post:
              operationId: upload
              requestBody: {required: true, content: {image/png: {}}}
        components:
          schemas:
            Order:
              type: object
              required: [id, lines]
              properties:
                id: {type: integer, readOnly: true}
                note: {type: string, nullable: true, example: x}
                rate: {type: number, minimum: 0, exclusiveMinimum: true}
                lines: {type: array, items: {$ref: "#/components/schemas/Line"}}
                parent: {$ref: "#/components/schemas/Order"}
            Line:
              allOf:
                - {type: object, properties: {sku: {type: string}}, required: [sku]}
                - {type: object, properties: {count: {type: integer}}}
        """

    private func source(
        _ text: String = OpenAPITests.shop,
        base: String? = nil,
        headers: HTTPHeaders = [:],
        policy: AddressPolicy = .any,
        notes: Notes? = nil,
        _ change: (inout OpenAPISelection) -> Void = { _ in }
    ) -> OpenAPIToolSource {
        var selection = OpenAPISelection()
        change(&selection)
        return OpenAPIToolSource(
            OpenAPIService(name: "shop", document: .text(text), base: base, headers: headers, policy: policy),
            selection,
            documents: OpenAPIDocuments(),
            log: { notes?.add($0) }
        )
    }

    /// What was said to the job's log.
    private final class Notes: Sendable {
        private let kept = Mutex<[String]>([])
        var all: [String] { kept.withLock { $0 } }
        func add(_ line: String) { kept.withLock { $0.append(line) } }
    }

    private func tools(_ source: OpenAPIToolSource) async throws -> [any Tool] {
        source.tools(in: try await source.list())
    }

    private var context: ToolContext { ToolContext(idempotencyKey: "key-1", scratchDirectory: scratch.path) }

    private func fault(_ text: String) async -> String {
        let error = await #expect(throws: ToolsError.self) { _ = try await source(text).list() }
        guard case .unusable("shop", let reason)? = error else { return "\(String(describing: error))" }
        return reason
    }

    // MARK: What becomes of a document

    @Test func eachOperationIsAToolWithTheEffectOfItsMethod() async throws {
        let notes = Notes()
        let source = source(notes: notes) { $0.effects = ["login": .idempotent] }
        let effects = try await tools(source).map { "\($0.definition.name) \($0.effect)" }
        #expect(
            effects == [
                "delete/orders/{id} idempotent", "getOrder none", "login idempotent", "putOrder idempotent",
            ]
        )
        #expect(notes.all.contains { $0.contains("left out upload: its body is written as image/png") })
    }

    @Test func offersByNameAndTag() async throws {
        let allowed = source {
            $0.allow = ["tag:orders", "login"]
            $0.deny = ["putOrder", "delete/orders/{id}"]
        }
        #expect(try await tools(allowed).map(\.definition.name) == ["getOrder", "login"])
        let nothing = source { $0.allow = ["tag:none"] }
        await #expect(throws: ToolsError.self) { try await nothing.list() }
    }

    @Test func argumentsAreOneObjectOfAllPlaces() async throws {
        let tool = try #require(try await tools(source()).first { $0.definition.name == "getOrder" })
        let parameters = tool.definition.parameters
        #expect(parameters["properties"]?.objectValue?.keys == ["id", "filter_state_", "fields", "X-Tenant"])
        #expect(parameters["required"] == ["id"])
        #expect(try await tool.call(["id": "1", "nothing": 2], context).text.contains("do not fit"))
    }

    @Test func schemasStandForThemselves() async throws {
        let tool = try #require(try await tools(source()).first { $0.definition.name == "putOrder" })
        let body = try #require(tool.definition.parameters["properties"]?["body"])
        #expect(!body.text().contains("$ref") && !body.text().contains("nullable"))
        #expect(body["properties"]?.objectValue?.keys == ["note", "rate", "lines", "parent"], "id is read-only")
        #expect(body["required"] == ["lines"])
        #expect(body["properties"]?["note"]?["type"] == ["string", "null"])
        #expect(body["properties"]?["rate"] == ["type": "number", "exclusiveMinimum": 0])
        #expect(body["properties"]?["parent"] == ["description": "Order"], "a circle is not followed")
        let wrong = try await tool.call(["id": "1", "body": ["lines": [["count": 2]]]], context)
        #expect(wrong.text.contains("sku"), "composed schemas check: \(wrong.text)")
    }

    @Test(arguments: [
        ("swagger: '2.0'\npaths: {}", "Swagger 2.0; convert it to OpenAPI 3"),
        ("name: w\njobs: {}", "no OpenAPI document"), ("openapi: 4.0.0\npaths: {}", "OpenAPI 4.0.0; 3.0 and 3.1"),
        ("openapi: 3.1.0\ninfo: {}", "no paths"), ("<html>", "no OpenAPI document"), ("{\"openapi\": ", "valid"),
        ("openapi: 3.1.0\npaths: {/a: {get: {}}}", "write the service's address as url:"),
    ]) func aDocumentThatIsNoneIsNamed(text: String, reason: String) async {
        #expect(await fault(text).contains(reason))
    }

    @Test func aFileIsReadAgainWhenItHasChanged() async throws {
        let documents = OpenAPIDocuments()
        let service = OpenAPIService(name: "shop", document: .file(scratch.path + "/shop.yaml"))
        func names() async throws -> [String] {
            let source = OpenAPIToolSource(service, documents: documents)
            return source.tools(in: try await source.list()).map(\.definition.name)
        }
        await #expect(throws: ToolsError.self) { try await names() }
        scratch.write("shop.yaml", Self.shop)
        #expect(try await names().contains("getOrder"))
        scratch.write("shop.yaml", Self.shop.replacing("getOrder", with: "readOneOrder"))
        #expect(try await names().contains("readOneOrder"))
    }

    @Test func aLargeDocumentIsReadWithinBounds() async throws {
        func reference(_ number: Int) -> JSONValue { ["$ref": .string("#/components/schemas/S\(number % 40)")] }
        let paths = (0..<600).map { number -> (String, JSONValue) in
            let body: JSONValue = ["content": ["application/json": ["schema": reference(number)]]]
            return (
                "/things/\(number)", ["post": ["operationId": .string("do\(number)"), "requestBody": body]]
            )
        }
        // Each schema leads to four others: written out, they would be without end.
        let words = String(repeating: "x", count: 40_000)
        let schemas = (0..<40).map { number -> (String, JSONValue) in
            let members = (1...4).map { ("p\($0)", reference(number * 3 + $0)) }
            return (
                "S\(number)",
                ["type": "object", "description": .string(words), "properties": .object(JSONObject(members))]
            )
        }
        let document: JSONValue = [
            "openapi": "3.1.0", "servers": [["url": "https://a.example.com"]], "paths": .object(JSONObject(paths)),
            "components": ["schemas": .object(JSONObject(schemas))],
        ]
        let text = document.text()
        let source = source(text) { $0.allow = (0..<100).map { "do\($0)" } }
        let listing = try await source.list()
        #expect(source.tools(in: listing).count == 100)
        #expect(listing.encoded().count < 20_000_000)
    }

    // MARK: Requests

    /// What the server got for a call.
    private func sent(_ name: String, _ arguments: JSONValue, headers: HTTPHeaders = [:]) async throws -> JSONValue {
        let tag = ScriptedServer.shared.newTag()
        let base = await ScriptedServer.shared.url(
            [.response("200 OK", ["Content-Type: application/json"], #"{"ok":1}"#)],
            tag: tag
        )
        let source = source(base: base, headers: headers)
        let tool = try #require(try await tools(source).first { $0.definition.name == name })
        let output = try await tool.call(arguments, context)
        #expect(output.text.contains(#""body":{"ok":1}"#), "\(output.text)")
        let answer = try await HTTPClient.shared.send(
            HTTPRequest(url: await ScriptedServer.shared.requestsURL(tag))
        )
        var request = try #require(try JSONValue(parsing: answer.body)[0]?.objectValue)
        request["path"] = request["path"]?.stringValue.map { path in
            .string("/" + path.split(separator: "/").dropFirst(2).joined(separator: "/"))
        }
        return .object(request)
    }

    private func header(_ name: String, of request: JSONValue) -> String? {
        request["headers"]?.arrayValue?.first { $0[0]?.stringValue?.lowercased() == name }?[1]?.stringValue
    }

    @Test func eachArgumentGoesToItsPlace() async throws {
        let request = try await sent(
            "getOrder",
            ["id": "a/b ü", "filter_state_": ["new", "a&b"], "fields": ["x", "y"], "X-Tenant": 7],
            headers: ["Authorization": "Bearer key"]
        )
        #expect(request["method"] == "GET")
        #expect(
            request["path"]
                == "/orders/a%2Fb%20%C3%BC?filter%5Bstate%5D=new&filter%5Bstate%5D=a%26b&fields=x,y"
        )
        #expect(header("x-tenant", of: request) == "7" && header("authorization", of: request) == "Bearer key")
        #expect(header("idempotency-key", of: request) == nil)
    }

    @Test func bodiesAreWrittenByTheirType() async throws {
        let put = try await sent("putOrder", ["id": "1", "body": ["lines": [["sku": "a"]], "note": nil]])
        #expect(put["body"] == #"{"lines":[{"sku":"a"}],"note":null}"#)
        #expect(header("idempotency-key", of: put) == "key-1")
        let login = try await sent("login", ["body": ["name": "Ada & Co", "id": 3]])
        #expect(login["body"] == "name=Ada%20%26%20Co&id=3")
        #expect(header("content-type", of: login) == "application/x-www-form-urlencoded")
    }

    @Test func anArgumentLeadsNowhereElse() async throws {
        let source = source(base: "https://shop.example.com/v1")
        let tool = try #require(try await tools(source).first { $0.definition.name == "getOrder" })
        #expect(try await tool.call(["id": ".."], context).text.contains("nothing was sent"))
    }

    @Test func aPrivateAddressIsNotReached() async throws {
        let port = await ScriptedServer.shared.port
        let source = source(base: "http://127.0.0.1:\(port)/", policy: .publicOnly)
        let tool = try #require(try await tools(source).first { $0.definition.name == "getOrder" })
        #expect(try await tool.call(["id": "1"], context).text.contains("only public addresses"))
    }

    @Test func anAnswerThatIsLostLeavesTheOutcomeUnknown() async throws {
        let base = await ScriptedServer.shared.url([.reset], tag: "lost-operation")
        let source = source(base: base) { $0.effect = .once }
        let tool = try #require(try await tools(source).first { $0.definition.name == "login" })
        let error = await #expect(throws: ToolsError.self) { try await tool.call(["body": [:]], context) }
        #expect(error?.nothingHappened == false)
    }

    @Test func aOnceOperationIsNotSentAgainWhenAKeptConnectionIsDead() async throws {
        _ = try await sent("getOrder", ["id": "1"])
        let tag = ScriptedServer.shared.newTag()
        let source = source(base: await ScriptedServer.shared.url([.close], tag: tag)) { $0.effect = .once }
        let tool = try #require(try await tools(source).first { $0.definition.name == "putOrder" })
        let error = await #expect(throws: ToolsError.self) {
            try await tool.call(["id": "1", "body": ["lines": []]], context)
        }
        #expect(error?.nothingHappened == false)
        let seen = try await HTTPClient.shared.send(HTTPRequest(url: await ScriptedServer.shared.requestsURL(tag)))
        #expect(try JSONValue(parsing: seen.body).arrayValue?.count == 1)
    }

    @Test func aDocumentFromTheWebHasTheSecretSentToItsOwnHostAlone() async throws {
        let url = await ScriptedServer.shared.url([.response("200 OK", [], Self.shop)], tag: "document")
        func source(_ headers: HTTPHeaders, _ policy: AddressPolicy) -> OpenAPIToolSource {
            OpenAPIToolSource(
                OpenAPIService(name: "shop", document: .url(url), headers: headers, policy: policy),
                documents: OpenAPIDocuments()
            )
        }
        #expect(try await source([:], .any).list()["base"] == "https://shop.example.com/v1")
        for (headers, policy) in [
            (HTTPHeaders(["X-Key": "k"].map { ($0, $1) }), AddressPolicy.any), ([:], .publicOnly),
        ] {
            let error = await #expect(throws: ToolsError.self) { try await source(headers, policy).list() }
            #expect(error?.isPermanent == true)
        }
    }
}
