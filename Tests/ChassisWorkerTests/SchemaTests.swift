import FoundationEssentials
import JobModel
import Testing

@testable import ChassisWorker

@Suite struct SchemaTests {
    private enum Level: String, Codable, CaseIterable { case low, high }
    private enum Opaque: String, Codable { case one }
    private enum Shape: Codable { case circle(radius: Double) }
    private struct Inner: Codable { var level: Level }
    private struct Everything: Codable {
        var text: String
        var count: UInt
        var share: Double?
        var when: Date
        var inner: Inner
        var list: [Inner]
        var counts: [String: Int]
        var maybe: [Int?]
    }
    private final class Recursive: Codable { var next: Recursive? }
    private struct Picky: Codable {
        var text: String
        init(from decoder: any Decoder) throws {
            text = try decoder.container(keyedBy: CodingKeys.self).decode(String.self, forKey: .text)
            guard text.contains("@") else {
                throw DecodingError.dataCorrupted(.init(codingPath: [], debugDescription: "no @"))
            }
        }
    }

    @Test func isDerivedFromWhatATypeAsksFor() throws {
        let inner: JSONValue = [
            "type": "object", "properties": ["level": ["enum": ["low", "high"]]], "required": ["level"],
            "additionalProperties": false,
        ]
        let expected: JSONValue = [
            "type": "object",
            "properties": [
                "text": ["type": "string"], "count": ["type": "integer", "minimum": 0], "share": ["type": "number"],
                "when": ["type": "string", "format": "date-time"], "inner": inner,
                "list": ["type": "array", "items": inner],
                "counts": ["type": "object", "additionalProperties": ["type": "integer"]],
                "maybe": ["type": "array", "items": ["anyOf": [["type": "integer"], ["type": "null"]]]],
            ],
            "required": ["text", "count", "when", "inner", "list", "counts", "maybe"],
            "additionalProperties": false,
        ]
        #expect(try Schema(of: Everything.self).json == expected)
        #expect(try Schema(of: [String].self).json == ["type": "array", "items": ["type": "string"]])
    }

    @Test func isRefusedWhereItWouldBeAGuess() throws {
        func reason<Value: Decodable>(_ type: Value.Type) -> String {
            do {
                return try Schema(of: type).json.text()
            } catch {
                return "\(error)"
            }
        }
        #expect(reason(Opaque.self).contains("make it CaseIterable"))
        #expect(reason(Shape.self).contains("cannot be derived"))
        #expect(reason(Recursive.self).contains("it contains itself"))
        #expect(reason(Picky.self).contains("refuses placeholders"))
        #expect(reason([Picky].self).contains("Schema(json:)"))
    }

    @Test func isDescribedAndWrittenOut() throws {
        let schema = try Schema(of: Inner.self).describing("level", "How much.").describing("none", "Left out.")
        #expect(schema.json["properties"]?["level"]?["description"] == "How much.")
        #expect(schema.json["properties"]?["none"] == nil)
        #expect(try Schema(json: #"{"type": "object"}"#).json == ["type": "object"])
        #expect(throws: SchemaError.self) { try Schema(json: "[]") }
        #expect(throws: SchemaError.self) { try Schema(json: "{") }
    }

    @Test func problemsOfRegistrationsAreToldAtOnce() {
        var worker = Worker()
        #expect(worker.problems.count == 1)
        worker.handler("score") { (input: Inner, _) in input }
        #expect(worker.problems.isEmpty)
        worker.handler("score") { (input: Inner, _) in input }
        worker.handler("Bad Name") { (input: Inner, _) in input }
        worker.tool("shapes", description: "d") { (input: Shape, _) in 1 }
        worker.tool("list", description: "d") { (input: [Int], _) in 1 }
        #expect(worker.problems.count == 4, "\(worker.problems)")
    }

    @Test func valuesReadBack() throws {
        struct Value: Codable, Equatable { var at: Date, big: Int64, text: String?, data: Data }
        let value = Value(at: Date(timeIntervalSince1970: 7), big: .max, text: nil, data: Data([1, 2]))
        #expect(try Coding.value(Value.self, from: Coding.json(value)) == value)
        #expect(try Coding.json("x") == "x")
        #expect(throws: JobError.self) { try Coding.value(Int.self, from: "x", of: "step s") }
        do {
            _ = try Coding.value([Inner].self, from: [["level": "low"], ["level": "other"]])
        } catch {
            #expect(Coding.reason(error).contains("[1].level"))
        }
    }
}
