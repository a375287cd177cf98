import JobModel
import Testing

@testable import HTTPTransport
@testable import Models

@Suite struct AWSSignerTests {
    /// 2015-08-30 12:36:00 UTC, the moment of AWS' own vectors.
    private static let time: Int64 = 1_440_938_160

    private func signature(
        _ request: HTTPRequest,
        service: String = "service",
        region: String = "us-east-1",
        token: String? = nil
    ) -> String {
        var request = request
        AWSSigner(
            keyID: Secret("AKIDEXAMPLE"),
            secretKey: Secret("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
            sessionToken: token.map { Secret($0) },
            region: region,
            service: service
        ).sign(&request, at: Self.time)
        return request.headers["Authorization"] ?? ""
    }

    /// The vectors get-vanilla, post-vanilla and get-vanilla-query-order-key-case, as AWS publishes them.
    @Test(arguments: [
        ("GET", "", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
        ("POST", "", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
        ("GET", "?Param2=value2&Param1=value1", "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"),
    ])
    func followsTheVectorsOfAWS(_ method: String, _ query: String, _ expected: String) {
        let request = HTTPRequest(method: method, url: "https://example.amazonaws.com/\(query)")
        #expect(
            signature(request)
                == "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
                + "SignedHeaders=host;x-amz-date, Signature=\(expected)"
        )
    }

    /// The expected values are botocore's, 1.43.11, for the same requests.
    @Test func signsAsBotocoreDoes() {
        let converse = HTTPRequest(
            method: "POST",
            url: "https://bedrock-runtime.eu-central-1.amazonaws.com/model/"
                + "anthropic.claude-3-5-sonnet-20240620-v1%3A0/converse-stream",
            headers: [
                "Accept": "application/vnd.amazon.eventstream, application/json",
                "Content-Type": "application/json", "Idempotency-Key": "chassis-1-2-t0001-abc",
            ],
            body: Array(#"{"messages":[{"role":"user","content":[{"text":"hé"}]}]}"#.utf8)
        )
        let token =
            "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfK"
            + "D8YUuwthAx7mSEI/qkPpKPi/kMcGd"
        let plain = signature(converse, service: "bedrock", region: "eu-central-1")
        #expect(plain.hasSuffix("Signature=00f4ae1ac0e9a752c30ffd1e84b1193a1e5659b0ac9947ea8d7224d5b0c098cb"))
        #expect(plain.contains("SignedHeaders=accept;content-type;host;idempotency-key;x-amz-date,"))
        let temporary = signature(converse, service: "bedrock", region: "eu-central-1", token: token)
        #expect(temporary.hasSuffix("Signature=df0b051b618ef4358a82be9f9490d8d69404ad4db80d200c13af753722a28865"))
        let profile = HTTPRequest(
            method: "POST",
            url: "https://bedrock-runtime.us-east-1.amazonaws.com/model/"
                + "arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Ainference-profile%2Fus.anthropic.claude/converse-stream",
            headers: ["X-Odd": "  a   b "],
            body: Array("{}".utf8)
        )
        #expect(
            signature(profile, service: "bedrock")
                .hasSuffix("Signature=f527b445e15a2e7e0ea2fbbc52d34768836b9192a5f84208cd61bdb91718b940")
        )
    }

    @Test(
        arguments: [
            (0, "19700101T000000Z"), (951_782_400, "20000229T000000Z"), (1_440_938_160, "20150830T123600Z"),
            (4_107_542_399, "21000228T235959Z"), (-1, "19691231T235959Z"),
        ] as [(Int64, String)]
    )
    func writesTheMoment(_ seconds: Int64, _ expected: String) {
        #expect(UTCStamp(secondsSince1970: seconds).text == expected)
    }
}
