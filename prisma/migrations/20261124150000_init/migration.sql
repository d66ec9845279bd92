-- CreateEnum
CREATE TYPE "Role" AS ENUM ('admin', 'member');

-- CreateEnum
CREATE TYPE "Direction" AS ENUM ('inbound', 'outbound');

-- CreateEnum
CREATE TYPE "MessageStatus" AS ENUM ('queued', 'sent', 'delivered', 'read', 'received', 'failed');

-- CreateTable
CREATE TABLE "user" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "email" TEXT NOT NULL,
    "password_hash" TEXT NOT NULL,
    "role" "Role" NOT NULL DEFAULT 'member',
    "disabled_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "read_receipts" BOOLEAN NOT NULL DEFAULT false,
    "locale" TEXT NOT NULL DEFAULT 'es',
    "event_seq" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "user_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "auth_session" (
    "id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "auth_session_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "whatsapp_session" (
    "owner_id" UUID NOT NULL,
    "wanted" BOOLEAN NOT NULL DEFAULT false,
    "generation" INTEGER NOT NULL DEFAULT 1,
    "linked_at" TIMESTAMPTZ(3),
    "phone" TEXT,
    "name" TEXT,
    "synced_phone" TEXT,
    "connected_until" TIMESTAMPTZ(3),
    "holder" TEXT,
    "lease_until" TIMESTAMPTZ(3),
    "epoch" INTEGER NOT NULL DEFAULT 0,
    "skipped" JSONB NOT NULL DEFAULT '{}',
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "whatsapp_session_pkey" PRIMARY KEY ("owner_id")
);

-- CreateTable
CREATE TABLE "chat" (
    "id" UUID NOT NULL,
    "owner_id" UUID NOT NULL,
    "own_number" TEXT NOT NULL,
    "engine_chat_id" TEXT NOT NULL,
    "phone" TEXT,
    "name" TEXT,
    "unread" INTEGER NOT NULL DEFAULT 0,
    "last_message_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "chat_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "message" (
    "id" UUID NOT NULL,
    "owner_id" UUID NOT NULL,
    "chat_id" UUID NOT NULL,
    "own_number" TEXT NOT NULL,
    "engine_message_id" TEXT,
    "send_token" TEXT,
    "client_key" TEXT,
    "direction" "Direction" NOT NULL,
    "kind" TEXT NOT NULL DEFAULT 'text',
    "text" TEXT NOT NULL,
    "status" "MessageStatus" NOT NULL,
    "error_code" TEXT,
    "handed_over_at" TIMESTAMPTZ(3),
    "at" TIMESTAMPTZ(3) NOT NULL,
    "position" BIGSERIAL NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "sent_at" TIMESTAMPTZ(3),
    "delivered_at" TIMESTAMPTZ(3),
    "read_at" TIMESTAMPTZ(3),

    CONSTRAINT "message_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "event" (
    "owner_id" UUID NOT NULL,
    "seq" BIGINT NOT NULL,
    "type" TEXT NOT NULL,
    "payload" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "event_pkey" PRIMARY KEY ("owner_id","seq")
);

-- CreateIndex
CREATE UNIQUE INDEX "user_email_key" ON "user"("email");

-- CreateIndex
CREATE INDEX "auth_session_user_id_idx" ON "auth_session"("user_id");

-- CreateIndex
CREATE INDEX "chat_owner_id_own_number_last_message_at_id_idx" ON "chat"("owner_id", "own_number", "last_message_at" DESC, "id");

-- CreateIndex
CREATE UNIQUE INDEX "chat_owner_id_own_number_engine_chat_id_key" ON "chat"("owner_id", "own_number", "engine_chat_id");

-- CreateIndex
CREATE UNIQUE INDEX "chat_owner_id_own_number_phone_key" ON "chat"("owner_id", "own_number", "phone");

-- CreateIndex
CREATE INDEX "message_chat_id_at_position_idx" ON "message"("chat_id", "at" DESC, "position" DESC);

-- CreateIndex
CREATE INDEX "message_owner_id_own_number_status_idx" ON "message"("owner_id", "own_number", "status");

-- CreateIndex
CREATE UNIQUE INDEX "message_owner_id_own_number_engine_message_id_key" ON "message"("owner_id", "own_number", "engine_message_id");

-- CreateIndex
CREATE UNIQUE INDEX "message_owner_id_client_key_key" ON "message"("owner_id", "client_key");

-- CreateIndex
CREATE UNIQUE INDEX "message_owner_id_own_number_send_token_key" ON "message"("owner_id", "own_number", "send_token");

-- AddForeignKey
ALTER TABLE "auth_session" ADD CONSTRAINT "auth_session_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "user"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "whatsapp_session" ADD CONSTRAINT "whatsapp_session_owner_id_fkey" FOREIGN KEY ("owner_id") REFERENCES "user"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "chat" ADD CONSTRAINT "chat_owner_id_fkey" FOREIGN KEY ("owner_id") REFERENCES "user"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "message" ADD CONSTRAINT "message_chat_id_fkey" FOREIGN KEY ("chat_id") REFERENCES "chat"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "event" ADD CONSTRAINT "event_owner_id_fkey" FOREIGN KEY ("owner_id") REFERENCES "user"("id") ON DELETE CASCADE ON UPDATE CASCADE;
