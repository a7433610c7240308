// Generated from openapi/anthropic.yaml. Do not edit: change that file and run `npm run generate`.

export interface paths {
    "/v1/messages": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Asks a model to continue a conversation.
         * @description The answer comes whole, or as server-sent events when `stream` is true.
         */
        post: operations["createMessage"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/messages/count_tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Counts the tokens of a prompt without asking the model.
         * @description The provider counts where it can; otherwise the gateway estimates.
         */
        post: operations["countTokens"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/models": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists what can be asked for, sorted by id.
         * @description The configuration's aliases, and the models of each provider as `provider/model`. A provider that cannot be
         *     asked for its list is left out. Clients that send `anthropic-version` get this form of the list; others get
         *     OpenAI's.
         */
        get: operations["listModels"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/models/{model}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Says whether one model can be asked for. */
        get: operations["getModel"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        MessageRequest: {
            model: components["schemas"]["ModelName"];
            /**
             * @description The longest answer in tokens, thinking included. Anthropic itself wants it in every request; without it the
             *     gateway asks for as much as the model can give.
             */
            max_tokens?: number;
            messages: components["schemas"]["Messages"];
            system?: components["schemas"]["System"];
            tools?: components["schemas"]["Tool"][];
            tool_choice?: components["schemas"]["ToolChoice"];
            thinking?: components["schemas"]["Thinking"];
            output_config?: components["schemas"]["OutputConfig"];
            /**
             * @deprecated
             * @description The older place of `output_config.format`.
             */
            output_format?: components["schemas"]["OutputFormat"] | null;
            /** @description Randomness: 0 is the least. Claude Opus 4.7 and later models take the default only. */
            temperature?: number | null;
            /** @description Sample within this probability mass only. */
            top_p?: number | null;
            /** @description Sample among so many of the likeliest tokens only. */
            top_k?: number | null;
            /** @description Texts at which the answer stops. They are not part of it. */
            stop_sequences?: string[];
            /** @description Whether to answer as server-sent events. */
            stream?: boolean | null;
            /**
             * @description Whether capacity that was bought in advance may be used.
             * @enum {unknown}
             */
            service_tier?: "auto" | "standard_only" | null;
            metadata?: {
                /** @description An opaque, stable id of the person on whose behalf the call is made. */
                user_id?: string | null;
            } | null;
            cache_control?: components["schemas"]["CacheControl"];
            /** @description Where the provider's tools run code. Reaches Anthropic only, as do all that follow. */
            container?: string | Record<string, never> | null;
            /** @description What the provider clears from long conversations. */
            context_management?: Record<string, never> | null;
            /** @description Servers whose tools the provider calls itself. */
            mcp_servers?: Record<string, never>[];
            /** @description Asks why a prompt's cache was missed. */
            diagnostics?: Record<string, never> | null;
            /** @description Where the provider shall run the model. */
            inference_geo?: string | null;
            /**
             * @description Whether to answer faster, for more money.
             * @enum {unknown}
             */
            speed?: "standard" | "fast" | null;
        };
        CountRequest: {
            model: components["schemas"]["ModelName"];
            messages: components["schemas"]["Messages"];
            system?: components["schemas"]["System"];
            tools?: components["schemas"]["Tool"][];
            tool_choice?: components["schemas"]["ToolChoice"];
            thinking?: components["schemas"]["Thinking"];
            output_config?: components["schemas"]["OutputConfig"];
            cache_control?: components["schemas"]["CacheControl"];
            context_management?: Record<string, never> | null;
            mcp_servers?: Record<string, never>[];
            /** @enum {unknown} */
            speed?: "standard" | "fast" | null;
        };
        /** @description An alias of the configuration, `provider/model`, or a bare model name that one provider is known to have. */
        ModelName: string;
        Messages: components["schemas"]["InputMessage"][];
        /**
         * @description One turn. Results of tools stand in the user's message right behind the assistant's that called them, in front
         *     of everything else. A system message in the middle of a conversation stands behind a user's; only newer models
         *     know it, and others are told the same as the user.
         */
        InputMessage: {
            /** @enum {unknown} */
            role: "user" | "assistant" | "system";
            content?: components["schemas"]["Content"];
        };
        /** @description Instructions for the whole conversation. */
        System: (string | null) | components["schemas"]["InputBlock"][];
        Content: string | components["schemas"]["InputBlock"][];
        /** @description One piece of a message. Kinds that are not listed here reach Anthropic as they are, and nobody else. */
        InputBlock: components["schemas"]["InputText"] | components["schemas"]["Image"] | components["schemas"]["Document"] | components["schemas"]["ToolUse"] | components["schemas"]["ToolResult"] | components["schemas"]["InputThinking"] | components["schemas"]["RedactedThinking"] | components["schemas"]["OtherBlock"];
        InputText: {
            /** @constant */
            type: "text";
            text: string;
            /** @description Those of an earlier answer. */
            citations?: components["schemas"]["Citation"][] | null;
            cache_control?: components["schemas"]["CacheControl"];
        };
        Image: {
            /** @constant */
            type: "image";
            source: components["schemas"]["Source"];
            cache_control?: components["schemas"]["CacheControl"];
            transformations?: {
                /**
                 * @description What to do with one that is too large.
                 * @enum {unknown}
                 */
                oversized_image?: "downsize" | "error";
            } | null;
        };
        Document: {
            /** @constant */
            type: "document";
            source: components["schemas"]["Source"];
            title?: string | null;
            /** @description What it is about: told to the model, but never cited. */
            context?: string | null;
            citations?: {
                /** @description Whether the answer should cite the document. */
                enabled?: boolean;
            } | null;
            cache_control?: components["schemas"]["CacheControl"];
        };
        /** @description Where the bytes are. */
        Source: {
            /** @constant */
            type: "base64";
            /**
             * @example image/png
             * @example application/pdf
             */
            media_type: string;
            data: string;
        } | {
            /** @constant */
            type: "url";
            /** @description An address that the provider fetches. */
            url: string;
        } | {
            /** @constant */
            type: "file";
            /** @description A file that the provider holds. */
            file_id: string;
        } | {
            /** @constant */
            type: "text";
            /** @constant */
            media_type: "text/plain";
            data: string;
        } | {
            /** @constant */
            type: "content";
            /** @description Pieces that can be cited: a text, or text and image blocks. */
            content: unknown;
        };
        ToolResult: {
            /** @constant */
            type: "tool_result";
            /** @description The id of the call that this answers. */
            tool_use_id: string;
            content?: string | components["schemas"]["ResultBlock"][];
            /** @description The tool failed; the content says how. */
            is_error?: boolean | null;
            cache_control?: components["schemas"]["CacheControl"];
        };
        /** @description One piece of what a tool answered. */
        ResultBlock: components["schemas"]["InputText"] | components["schemas"]["Image"] | components["schemas"]["Document"] | components["schemas"]["OtherBlock"];
        InputThinking: {
            /** @constant */
            type: "thinking";
            thinking: string;
            /** @description As it came. Without one the thoughts are another vendor's. */
            signature?: string;
        };
        OtherBlock: {
            type: string;
        };
        /** @description Ends a prefix that the provider should cache. */
        CacheControl: {
            /** @example ephemeral */
            type: string;
            /**
             * @description How long to keep it.
             * @enum {unknown}
             */
            ttl?: "5m" | "1h";
        } | null;
        /** @description Something the model may call. */
        Tool: components["schemas"]["OwnTool"] | components["schemas"]["DefinedTool"];
        /** @description A tool of the caller's. */
        OwnTool: {
            /** @enum {unknown} */
            type?: "custom" | null;
            name: string;
            /** @description What it does, for the model to read. */
            description?: string;
            /** @description A JSON Schema. It reaches the provider byte for byte, since prompt caches are keyed by it. */
            input_schema: Record<string, never>;
            /** @description Whether the input has to follow the schema exactly. */
            strict?: boolean;
            cache_control?: components["schemas"]["CacheControl"];
        };
        /** @description A tool that Anthropic defines, for example web search. It reaches Anthropic only. */
        DefinedTool: {
            /**
             * @example web_search_20250305
             * @example bash_20250124
             */
            type: string;
        };
        /** @description Whether the model has to call tools. */
        ToolChoice: {
            /** @enum {unknown} */
            type: "auto" | "any" | "tool" | "none";
            /** @description With `tool`: the one to call. */
            name?: string;
            /** @description Whether one turn may hold one call only. */
            disable_parallel_tool_use?: boolean;
        } | null;
        /** @description How the model should think. Which of these a model knows differs; the gateway says it in the model's way. */
        Thinking: {
            /**
             * @example adaptive
             * @example enabled
             * @example disabled
             * @example between_tools
             */
            type?: string;
            /** @description With `enabled`: the most tokens to think with. */
            budget_tokens?: number;
            /** @description Whether thoughts are shown. */
            display?: string | null;
        } | null;
        OutputConfig: {
            /**
             * @description How much to put into the answer, thoughts included.
             * @example low
             * @example medium
             * @example high
             * @example xhigh
             * @example max
             */
            effort?: string | null;
            format?: components["schemas"]["OutputFormat"] | null;
            /** @description How much a task may take in all. Reaches Anthropic only. */
            task_budget?: Record<string, never> | null;
        } | null;
        /** @description The form of the answer. */
        OutputFormat: {
            /** @example json_schema */
            type: string;
            /** @description A JSON Schema that the answer follows. */
            schema?: Record<string, never>;
        };
        Message: {
            id: string;
            /** @constant */
            type: "message";
            /** @constant */
            role: "assistant";
            /** @description The model that answers, in its provider's words. */
            model: string;
            content: components["schemas"]["Block"][];
            stop_reason: components["schemas"]["StopReason"];
            /** @description The stop text that was met. */
            stop_sequence: string | null;
            stop_details: components["schemas"]["StopDetails"];
            container: components["schemas"]["Container"];
            diagnostics: Record<string, never> | null;
            usage: components["schemas"]["Usage"];
        };
        /**
         * @description Why the answer ended; null until it has. Refusals and filters of all vendors are `refusal`.
         * @enum {unknown}
         */
        StopReason: "end_turn" | "max_tokens" | "stop_sequence" | "tool_use" | "pause_turn" | "compaction" | "refusal" | "model_context_window_exceeded" | null;
        /** @description More about why it ended. */
        StopDetails: {
            /** @example refusal */
            type: string;
            category?: string | null;
            explanation?: string | null;
        } | null;
        /** @description Where the provider's tools ran code. */
        Container: Record<string, never> | null;
        /** @description One piece of an answer. Anthropic's own answers may hold further kinds. */
        Block: components["schemas"]["Text"] | components["schemas"]["Thought"] | components["schemas"]["RedactedThinking"] | components["schemas"]["ToolUse"] | components["schemas"]["OtherBlock"];
        Text: {
            /** @constant */
            type: "text";
            text: string;
            citations?: components["schemas"]["Citation"][] | null;
        };
        Thought: {
            /** @constant */
            type: "thinking";
            /** @description The thoughts; empty where they are not shown. */
            thinking: string;
            /**
             * @description Has to come back unchanged in the next turn. Of thoughts of other vendors it holds what those want back; it
             *     is empty where there is nothing.
             */
            signature: string;
        };
        RedactedThinking: {
            /** @constant */
            type: "redacted_thinking";
            /** @description Thoughts that are shown only encrypted. Has to come back unchanged. */
            data: string;
        };
        /** @description The model asks for a tool to be called. */
        ToolUse: {
            /** @constant */
            type: "tool_use";
            /**
             * @description Ties the result to the call. An id of another vendor that has other characters, or that came with a
             *     signature, is packed into one of these; it has to come back as it is.
             */
            id: string;
            name: string;
            /** @description The arguments. What a model wrote that is no JSON object stands as text under `INVALID_JSON`. */
            input: Record<string, never>;
            caller?: {
                /** @example direct */
                type: string;
                tool_id?: string;
            };
            cache_control?: components["schemas"]["CacheControl"];
        };
        /** @description Where a claim comes from. Which fields there are depends on the type. */
        Citation: {
            /**
             * @example char_location
             * @example page_location
             * @example content_block_location
             * @example web_search_result_location
             * @example search_result_location
             */
            type: string;
            cited_text: string;
            document_index?: number;
            document_title?: string | null;
            file_id?: string | null;
            title?: string | null;
            url?: string;
            source?: string;
            /** @description Empty where the source was found by another vendor. */
            encrypted_index?: string;
            search_result_index?: number;
            start_char_index?: number;
            end_char_index?: number;
            start_page_number?: number;
            end_page_number?: number;
            start_block_index?: number;
            end_block_index?: number;
        };
        /** @description What the answer took. The whole input is the sum of the three counts of the input. */
        Usage: {
            input_tokens: components["schemas"]["Tokens"];
            cache_creation_input_tokens: components["schemas"]["Tokens"];
            cache_read_input_tokens: components["schemas"]["Tokens"];
            cache_creation: components["schemas"]["CacheCreation"];
            output_tokens: components["schemas"]["Tokens"];
            output_tokens_details: components["schemas"]["OutputTokensDetails"];
            /** @description How often the provider's own tools were used. */
            server_tool_use: Record<string, never> | null;
            /**
             * @description The class of service that was used.
             * @enum {unknown}
             */
            service_tier: "standard" | "priority" | "batch" | null;
            inference_geo: string | null;
            /** @enum {unknown} */
            speed: "standard" | "fast" | null;
        };
        /** @description A number of tokens. */
        Tokens: number;
        /** @description What was written to the cache, by how long it is kept. */
        CacheCreation: {
            ephemeral_5m_input_tokens: components["schemas"]["Tokens"];
            ephemeral_1h_input_tokens: components["schemas"]["Tokens"];
        };
        OutputTokensDetails: {
            thinking_tokens: components["schemas"]["Tokens"];
        };
        StreamEvent: components["schemas"]["MessageStart"] | components["schemas"]["BlockStart"] | components["schemas"]["BlockDelta"] | components["schemas"]["BlockStop"] | components["schemas"]["MessageDelta"] | components["schemas"]["MessageStop"] | components["schemas"]["Ping"] | components["schemas"]["ErrorAnswer"];
        /** @description The answer begins. The usage is as much as is known by then. */
        MessageStart: {
            /** @constant */
            type: "message_start";
            message: components["schemas"]["Message"];
        };
        /** @description A block begins. The one before it has ended. */
        BlockStart: {
            /** @constant */
            type: "content_block_start";
            index: components["schemas"]["BlockIndex"];
            content_block: components["schemas"]["Block"];
        };
        /** @description Which block of the content, counted from 0. */
        BlockIndex: number;
        /** @description The block that is open grows. */
        BlockDelta: {
            /** @constant */
            type: "content_block_delta";
            index: components["schemas"]["BlockIndex"];
            delta: components["schemas"]["Delta"];
        };
        Delta: {
            /** @constant */
            type: "text_delta";
            text: string;
        } | {
            /** @constant */
            type: "input_json_delta";
            partial_json: string;
        } | {
            /** @constant */
            type: "thinking_delta";
            thinking: string;
        } | {
            /** @constant */
            type: "signature_delta";
            signature: string;
        } | {
            /** @constant */
            type: "citations_delta";
            citation: components["schemas"]["Citation"];
        };
        BlockStop: {
            /** @constant */
            type: "content_block_stop";
            index: components["schemas"]["BlockIndex"];
        };
        /** @description The answer is complete. The counts of the usage are those of all of it. */
        MessageDelta: {
            /** @constant */
            type: "message_delta";
            delta: {
                stop_reason: components["schemas"]["StopReason"];
                stop_sequence: string | null;
                stop_details: components["schemas"]["StopDetails"];
                container: components["schemas"]["Container"];
            };
            usage: components["schemas"]["FinalUsage"];
        };
        FinalUsage: {
            input_tokens: components["schemas"]["Tokens"];
            cache_creation_input_tokens: components["schemas"]["Tokens"];
            cache_read_input_tokens: components["schemas"]["Tokens"];
            cache_creation?: components["schemas"]["CacheCreation"];
            output_tokens: components["schemas"]["Tokens"];
            output_tokens_details: components["schemas"]["OutputTokensDetails"];
            server_tool_use: Record<string, never> | null;
        };
        /** @description Nothing follows. The call is in the ledger by now. */
        MessageStop: {
            /** @constant */
            type: "message_stop";
        };
        /** @description Says nothing; it keeps the connection from looking dead. */
        Ping: {
            /** @constant */
            type: "ping";
        };
        TokenCount: {
            input_tokens: components["schemas"]["Tokens"];
        };
        ModelList: {
            data: components["schemas"]["ModelInfo"][];
            /** @description Whether there are more in the direction that was asked for. */
            has_more: boolean;
            /** @description For `before_id`: the first of these. */
            first_id: string | null;
            /** @description For `after_id`: the last of these. */
            last_id: string | null;
        };
        /** @description A model that can be asked for. What the gateway does not know is null, or absent. */
        ModelInfo: {
            /** @constant */
            type: "model";
            /** @description What to ask for: an alias, or `provider/model`. */
            id: string;
            /** @description A name for people. */
            display_name: string;
            /**
             * Format: date-time
             * @description When the vendor made it; 1970 where that is not known.
             */
            created_at: string;
            /** @description Tokens of the longest prompt. */
            max_input_tokens?: number | null;
            /** @description Tokens of the longest answer. */
            max_tokens?: number | null;
        };
        ErrorAnswer: {
            /** @constant */
            type: "error";
            error: components["schemas"]["ErrorDetail"];
            /** @description The id that the log has. */
            request_id?: string | null;
        };
        ErrorDetail: {
            /**
             * @description For programs: the kind of failure.
             * @enum {unknown}
             */
            type: "invalid_request_error" | "authentication_error" | "billing_error" | "permission_error" | "not_found_error" | "conflict_error" | "request_too_large" | "rate_limit_error" | "api_error" | "timeout_error" | "overloaded_error";
            /** @description For people: what was wrong, where, and what to do. */
            message: string;
            /** @description The field at fault, where there is one. Not Anthropic's. */
            param?: string;
            details?: {
                /**
                 * @description For programs: what exactly failed.
                 * @example model_not_found
                 */
                error_code: string;
            } | null;
        };
    };
    responses: {
        /**
         * @description The answer. In a stream each event is named after its `type`: `message_start`, then each block of the content
         *     in turn, `message_delta` with the end and the usage, and `message_stop`; a `ping` may stand anywhere. A failure
         *     after the first event ends the stream with an `error` event, and without `message_stop`.
         */
        Message: {
            headers: {
                "x-request-id": components["headers"]["RequestId"];
                "causeway-request-id": components["headers"]["CausewayRequestId"];
                "causeway-target": components["headers"]["Target"];
                "causeway-attempts": components["headers"]["Attempts"];
                "causeway-dropped": components["headers"]["Dropped"];
                "causeway-emulated": components["headers"]["Emulated"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Message"];
                "text/event-stream": components["schemas"]["StreamEvent"];
            };
        };
        /** @description Nothing was answered. The error says what was wrong, where, and what to do. */
        Failed: {
            headers: {
                "x-request-id": components["headers"]["RequestId"];
                "causeway-request-id": components["headers"]["CausewayRequestId"];
                "causeway-target": components["headers"]["Target"];
                "causeway-attempts": components["headers"]["Attempts"];
                "causeway-dropped": components["headers"]["Dropped"];
                "causeway-emulated": components["headers"]["Emulated"];
                "retry-after": components["headers"]["RetryAfter"];
                "retry-after-ms": components["headers"]["RetryAfterMs"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorAnswer"];
            };
        };
    };
    parameters: {
        /** @description The version of the API that the client was written for. It reaches a provider that speaks this language. */
        Version: string;
        /** @description Tells that the client was written for Anthropic. */
        RequiredVersion: string;
        /** @description Betas that the client asks for, with commas between them. They reach a provider that speaks this language. */
        Betas: string;
        /**
         * @description What the client calls the conversation that this is a turn of. Its turns stay where they were answered before,
         *     since there the provider's cache holds their beginning. Without it, its first messages say which one it is.
         */
        Session: string;
        /** @description With `true` the gateway refuses what the provider's language cannot say, instead of leaving it out. */
        Strict: "true" | "false";
        /** @description The client's own id of this request, of 1 to 128 visible ASCII characters. The log and the ledger keep it. */
        ClientRequestId: string;
    };
    requestBodies: never;
    headers: {
        /** @description The id that the client sent in this header, or one that the gateway made. The log has it. */
        RequestId: string;
        /** @description The gateway's id of the call, under which the ledger holds it. A call that was refused at the door has none. */
        CausewayRequestId: string;
        /** @description How often providers were asked until one answered. More than 1 where one had failed, or was slow. */
        Attempts: number;
        /** @description The provider that was asked, and its name for the model, as `provider/model`; percent-encoded. */
        Target: string;
        /**
         * @description Fields of the request that the provider's language cannot say and that it therefore did not get, as paths
         *     with commas between them; percent-encoded. Absent when there are none.
         */
        Dropped: string;
        /**
         * @description Fields of the request that the provider's language has no word for, but that were brought about in another
         *     way, as paths with commas between them; percent-encoded. Absent when there are none.
         */
        Emulated: string;
        /** @description Seconds to wait before trying again, where that is known. */
        RetryAfter: number;
        /** @description The same in milliseconds, which Anthropic's SDKs prefer. */
        RetryAfterMs: number;
    };
    pathItems: never;
}
export type MessageRequest = components['schemas']['MessageRequest'];
export type CountRequest = components['schemas']['CountRequest'];
export type ModelName = components['schemas']['ModelName'];
export type Messages = components['schemas']['Messages'];
export type InputMessage = components['schemas']['InputMessage'];
export type System = components['schemas']['System'];
export type Content = components['schemas']['Content'];
export type InputBlock = components['schemas']['InputBlock'];
export type InputText = components['schemas']['InputText'];
export type Image = components['schemas']['Image'];
export type Document = components['schemas']['Document'];
export type Source = components['schemas']['Source'];
export type ToolResult = components['schemas']['ToolResult'];
export type ResultBlock = components['schemas']['ResultBlock'];
export type InputThinking = components['schemas']['InputThinking'];
export type OtherBlock = components['schemas']['OtherBlock'];
export type CacheControl = components['schemas']['CacheControl'];
export type Tool = components['schemas']['Tool'];
export type OwnTool = components['schemas']['OwnTool'];
export type DefinedTool = components['schemas']['DefinedTool'];
export type ToolChoice = components['schemas']['ToolChoice'];
export type Thinking = components['schemas']['Thinking'];
export type OutputConfig = components['schemas']['OutputConfig'];
export type OutputFormat = components['schemas']['OutputFormat'];
export type Message = components['schemas']['Message'];
export type StopReason = components['schemas']['StopReason'];
export type StopDetails = components['schemas']['StopDetails'];
export type Container = components['schemas']['Container'];
export type Block = components['schemas']['Block'];
export type Text = components['schemas']['Text'];
export type Thought = components['schemas']['Thought'];
export type RedactedThinking = components['schemas']['RedactedThinking'];
export type ToolUse = components['schemas']['ToolUse'];
export type Citation = components['schemas']['Citation'];
export type Usage = components['schemas']['Usage'];
export type Tokens = components['schemas']['Tokens'];
export type CacheCreation = components['schemas']['CacheCreation'];
export type OutputTokensDetails = components['schemas']['OutputTokensDetails'];
export type StreamEvent = components['schemas']['StreamEvent'];
export type MessageStart = components['schemas']['MessageStart'];
export type BlockStart = components['schemas']['BlockStart'];
export type BlockIndex = components['schemas']['BlockIndex'];
export type BlockDelta = components['schemas']['BlockDelta'];
export type Delta = components['schemas']['Delta'];
export type BlockStop = components['schemas']['BlockStop'];
export type MessageDelta = components['schemas']['MessageDelta'];
export type FinalUsage = components['schemas']['FinalUsage'];
export type MessageStop = components['schemas']['MessageStop'];
export type Ping = components['schemas']['Ping'];
export type TokenCount = components['schemas']['TokenCount'];
export type ModelList = components['schemas']['ModelList'];
export type ModelInfo = components['schemas']['ModelInfo'];
export type ErrorAnswer = components['schemas']['ErrorAnswer'];
export type ErrorDetail = components['schemas']['ErrorDetail'];
export type ResponseMessage = components['responses']['Message'];
export type ResponseFailed = components['responses']['Failed'];
export type ParameterVersion = components['parameters']['Version'];
export type ParameterRequiredVersion = components['parameters']['RequiredVersion'];
export type ParameterBetas = components['parameters']['Betas'];
export type ParameterSession = components['parameters']['Session'];
export type ParameterStrict = components['parameters']['Strict'];
export type ParameterClientRequestId = components['parameters']['ClientRequestId'];
export type HeaderRequestId = components['headers']['RequestId'];
export type HeaderCausewayRequestId = components['headers']['CausewayRequestId'];
export type HeaderAttempts = components['headers']['Attempts'];
export type HeaderTarget = components['headers']['Target'];
export type HeaderDropped = components['headers']['Dropped'];
export type HeaderEmulated = components['headers']['Emulated'];
export type HeaderRetryAfter = components['headers']['RetryAfter'];
export type HeaderRetryAfterMs = components['headers']['RetryAfterMs'];
export type $defs = Record<string, never>;
export interface operations {
    createMessage: {
        parameters: {
            query?: never;
            header?: {
                /** @description The version of the API that the client was written for. It reaches a provider that speaks this language. */
                "anthropic-version"?: components["parameters"]["Version"];
                /** @description Betas that the client asks for, with commas between them. They reach a provider that speaks this language. */
                "anthropic-beta"?: components["parameters"]["Betas"];
                /** @description With `true` the gateway refuses what the provider's language cannot say, instead of leaving it out. */
                "causeway-strict"?: components["parameters"]["Strict"];
                /**
                 * @description What the client calls the conversation that this is a turn of. Its turns stay where they were answered before,
                 *     since there the provider's cache holds their beginning. Without it, its first messages say which one it is.
                 */
                "causeway-session"?: components["parameters"]["Session"];
                /** @description The client's own id of this request, of 1 to 128 visible ASCII characters. The log and the ledger keep it. */
                "x-request-id"?: components["parameters"]["ClientRequestId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MessageRequest"];
            };
        };
        responses: {
            200: components["responses"]["Message"];
            "4XX": components["responses"]["Failed"];
            "5XX": components["responses"]["Failed"];
        };
    };
    countTokens: {
        parameters: {
            query?: never;
            header?: {
                /** @description The version of the API that the client was written for. It reaches a provider that speaks this language. */
                "anthropic-version"?: components["parameters"]["Version"];
                /** @description Betas that the client asks for, with commas between them. They reach a provider that speaks this language. */
                "anthropic-beta"?: components["parameters"]["Betas"];
                /** @description The client's own id of this request, of 1 to 128 visible ASCII characters. The log and the ledger keep it. */
                "x-request-id"?: components["parameters"]["ClientRequestId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CountRequest"];
            };
        };
        responses: {
            /** @description How many there are. */
            200: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TokenCount"];
                };
            };
            "4XX": components["responses"]["Failed"];
            "5XX": components["responses"]["Failed"];
        };
    };
    listModels: {
        parameters: {
            query?: {
                /** @description The most models of one answer. */
                limit?: number;
                /** @description Only models behind this one. */
                after_id?: string;
                /** @description Only models in front of this one. */
                before_id?: string;
            };
            header: {
                /** @description Tells that the client was written for Anthropic. */
                "anthropic-version": components["parameters"]["RequiredVersion"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The models. */
            200: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ModelList"];
                };
            };
            "4XX": components["responses"]["Failed"];
            "5XX": components["responses"]["Failed"];
        };
    };
    getModel: {
        parameters: {
            query?: never;
            header: {
                /** @description Tells that the client was written for Anthropic. */
                "anthropic-version": components["parameters"]["RequiredVersion"];
            };
            path: {
                /**
                 * @description The model's id. All of the path behind `/v1/models/` is the id, so that the slashes of
                 *     `provider/model` may stand as they are or be escaped as `%2F`.
                 */
                model: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The model. */
            200: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ModelInfo"];
                };
            };
            "4XX": components["responses"]["Failed"];
            "5XX": components["responses"]["Failed"];
        };
    };
}
