import Glibc
import JobModel
import Testing

@testable import Client

/// What the command line, the environment and files come to.
@Suite struct ResolvingTests {
    @Test(arguments: [("a=b", "a", "b"), ("a=", "a", ""), ("a=b=c", "a", "b=c"), ("a= b\n", "a", " b\n")])
    func readsParams(_ text: String, _ key: String, _ value: String) {
        #expect(ParamArgument(argument: text).map { [$0.key, $0.value] } == [key, value])
    }

    @Test(arguments: ["a", "=b", ""])
    func refusesParamsWithoutAKey(_ text: String) {
        #expect(ParamArgument(argument: text) == nil)
    }

    @Test func refusesAParamGivenTwice() throws {
        let param = try #require(ParamArgument(argument: "a=1"))
        #expect(throws: ClientError.usage("param 'a' is given twice")) { try ParamArgument.object([param, param]) }
    }

    @Test func findsTheSchedulerOfThisDirectory() throws {
        let directory = try FileSystem.makeTemporaryDirectory("/tmp/chassis-test-")
        defer {
            unlink(directory + "/.chassis/dev.json")
            rmdir(directory + "/.chassis")
            unlink(directory + "/token")
            rmdir(directory)
        }
        try FileSystem.makeDirectory(directory + "/.chassis")
        let file = DevFile(
            address: "http://127.0.0.1:9",
            token: "dev",
            postgres: "p",
            store: "s",
            processes: .init(scheduler: 1, workers: [2, 3], postgres: 4)
        )
        try LocalFile.replace(directory + "/.chassis/dev.json", with: file.json.text())
        try LocalFile.replace(directory + "/token", with: " from-file\n")
        func resolve(_ address: String? = nil, _ tokenFile: String? = nil, _ environment: [String: String] = [:]) throws
            -> Endpoint
        {
            try Endpoint.resolve(address: address, tokenFile: tokenFile, environment: environment, directory: directory)
        }
        #expect(try DevFile(at: directory + "/.chassis/dev.json") == file)
        #expect(FileSystem.status(directory + "/.chassis/dev.json")?.st_mode == S_IFREG | 0o600)
        #expect(try resolve() == Endpoint(address: "http://127.0.0.1:9", token: "dev"))
        // The token of this directory's scheduler goes to nobody else.
        #expect(try resolve("http://elsewhere:1").token == nil)
        #expect(
            try resolve("http://elsewhere:1/", nil, ["CHASSIS_TOKEN": "t"])
                == Endpoint(address: "http://elsewhere:1", token: "t")
        )
        #expect(
            try resolve(nil, directory + "/token", ["CHASSIS_ADDRESS": "http://b:1", "CHASSIS_TOKEN": "t"])
                == Endpoint(address: "http://b:1", token: "from-file")
        )
    }

    /// A directory that came from elsewhere must not have the user's token sent to whoever made it.
    @Test(
        arguments: [
            "http://evil.example:80", "http://127.0.0.1.evil.example:80", "https://127.0.0.1:9", "http://127.0.0.1",
            "http://127.0.0.1:9@evil.example", "http://127.0.0.1:9/x", "http://127.0.0.1:+9",
        ]
    )
    func sendsNoTokenWhereAFileOfAStrangerSays(_ address: String) throws {
        try Self.withDevFile(address) { directory in
            #expect(throws: ClientError.self) {
                try Endpoint.resolve(
                    address: nil,
                    tokenFile: nil,
                    environment: ["CHASSIS_TOKEN": "t"],
                    directory: directory
                )
            }
            // Who names a scheduler needs no file, and gives its token to nobody.
            let named = try Endpoint.resolve(address: address, tokenFile: nil, environment: [:], directory: directory)
            #expect(named.token == nil)
        }
    }

    @Test(.enabled(if: geteuid() == 0, "only root gives files away"))
    func takesNothingFromAFileOfAnotherUser() throws {
        try Self.withDevFile("http://127.0.0.1:9") { directory in
            #expect(chown(directory + "/.chassis/dev.json", 12_345, 12_345) == 0)
            let refusal = #expect(throws: ClientError.self) {
                try Endpoint.resolve(address: nil, tokenFile: nil, environment: [:], directory: directory)
            }
            #expect(refusal?.message.contains("belongs to another user") == true)
        }
    }

    private static func withDevFile(_ address: String, _ body: (String) throws -> Void) throws {
        let directory = try FileSystem.makeTemporaryDirectory("/tmp/chassis-test-")
        defer {
            unlink(directory + "/.chassis/dev.json")
            rmdir(directory + "/.chassis")
            rmdir(directory)
        }
        try FileSystem.makeDirectory(directory + "/.chassis")
        let file = DevFile(address: address, token: "dev", postgres: "p", store: "s", processes: .init())
        try LocalFile.replace(directory + "/.chassis/dev.json", with: file.json.text())
        try body(directory)
    }

    @Test(arguments: ["", "localhost:8420", "ftp://x", "http://a b", "http://a/?x=1"])
    func refusesAddresses(_ address: String) {
        #expect(throws: ClientError.self) { try Endpoint(address: address, token: nil) }
    }

    @Test func refusesTokensThatWouldBreakAHeader() {
        #expect(throws: ClientError.self) { try Endpoint(address: "http://a", token: "a\r\nX: y") }
    }

    @Test func choosesTheModel() throws {
        let key = ["OPENAI_API_KEY": "k"]
        func choice(
            _ url: String? = nil,
            _ file: String? = nil,
            _ model: String? = nil,
            _ environment: [String: String] = [:]
        ) throws -> ModelChoice {
            try ModelChoice(url: url, keyFile: file, model: model, environment: environment)
        }
        #expect(try choice() == .scripted)
        #expect(try choice(nil, nil, nil, key) == .openAI(model: "gpt-4o"))
        #expect(try choice(nil, nil, "gpt-4o-mini", key) == .openAI(model: "gpt-4o-mini"))
        #expect(try choice("http://m/v1", "f", nil, key) == .server(url: "http://m/v1", keyFile: "f", model: nil))
        #expect(throws: ClientError.self) { try choice("m") }
        #expect(throws: ClientError.self) { try choice(nil, "f") }
        #expect(throws: ClientError.self) { try choice(nil, nil, "m") }
    }

    @Test func writesTheConnections() {
        let text = ConnectionsText.text(
            warehouse: "postgresql://w@/w?host=%2Ftmp",
            model: ModelEndpoint(
                url: "http://m/v1",
                key: .init(member: "key_file", value: "/k: \"x\""),
                model: "gpt-4o"
            )
        )
        #expect(
            text == """
                connections:
                  warehouse:
                    kind: postgres
                    url: "postgresql://w@/w?host=%2Ftmp"
                  model:
                    kind: openai
                    url: "http://m/v1"
                    key_file: "/k: \\"x\\""
                    prices:
                      "gpt-4o": {input: 2.5, cached_input: 1.25, output: 10.0}

                """
        )
    }

    @Test func readsWhatAServerSaysOfItself() {
        let ready = "42\n/data\n1782907200\n5432\n/tmp\n\n  1 2\nready   \n"
        #expect(PostmasterFile(text: ready)?.isReady == true)
        #expect(PostmasterFile(text: ready)?.pid == 42)
        #expect(PostmasterFile(text: "42\n/data\n")?.isReady == false)
        #expect(PostmasterFile(text: "\n") == nil)
        #expect(PostgresPrograms.major(in: "postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)\n") == 15)
        #expect(PostgresPrograms.major(in: "postgres (PostgreSQL) 18beta1\n") == 18)
        #expect(PostgresPrograms.major(in: "no") == nil)
    }

    @Test func takesTheVersionThatMadeTheCluster() throws {
        let old = PostgresPrograms(directory: "/13", major: 13)
        let both = [PostgresPrograms(directory: "/15", major: 15), PostgresPrograms(directory: "/17", major: 17), old]
        #expect(try PostgresPrograms.choose(from: both, forClusterOf: 15, at: "/c").major == 15)
        #expect(try PostgresPrograms.choose(from: both, forClusterOf: nil, at: "/c").major == 17)
        let refusal = #expect(throws: ClientError.self) {
            try PostgresPrograms.choose(from: both, forClusterOf: 16, at: "/c")
        }
        #expect(
            refusal?.message == "the cluster in /c was made by PostgreSQL 16, installed is 15, 17, 13; "
                + "install postgresql-16, or begin anew with another --state DIR"
        )
        #expect(throws: ClientError.self) { try PostgresPrograms.choose(from: [old], forClusterOf: nil, at: "/c") }
        #expect(throws: ClientError.self) { try PostgresPrograms.choose(from: [], forClusterOf: nil, at: "/c") }
    }
}
