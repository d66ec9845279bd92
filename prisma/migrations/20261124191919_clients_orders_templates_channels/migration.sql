-- CreateEnum
CREATE TYPE "OrderStatus" AS ENUM ('pendiente', 'confirmado', 'en_proceso', 'completado', 'entregado', 'cancelado');

-- CreateEnum
CREATE TYPE "Language" AS ENUM ('es', 'en');

-- CreateEnum
CREATE TYPE "Channel" AS ENUM ('whatsapp', 'email');

-- CreateEnum
CREATE TYPE "Provider" AS ENUM ('whatsapp_web', 'twilio', 'email');

-- CreateEnum
CREATE TYPE "AttemptOutcome" AS ENUM ('started', 'taken', 'not_left', 'unconfirmed', 'refused');

-- CreateEnum
CREATE TYPE "IdempotencyState" AS ENUM ('running', 'done');

-- AlterTable
ALTER TABLE "user" ADD COLUMN     "country" TEXT;

-- AlterTable
ALTER TABLE "chat" ADD COLUMN     "client_id" UUID;

-- AlterTable
ALTER TABLE "message" ADD COLUMN     "channel" "Channel" NOT NULL DEFAULT 'whatsapp',
ADD COLUMN     "client_id" UUID,
ADD COLUMN     "error_message" TEXT,
ADD COLUMN     "order_id" UUID,
ADD COLUMN     "provider" "Provider" DEFAULT 'whatsapp_web',
ADD COLUMN     "provider_reason" TEXT,
ADD COLUMN     "scheduled_at" TIMESTAMPTZ(3),
ADD COLUMN     "subject" TEXT,
ADD COLUMN     "template_type" TEXT,
ADD COLUMN     "variables" JSONB,
ALTER COLUMN "chat_id" DROP NOT NULL,
ALTER COLUMN "own_number" DROP NOT NULL;

-- CreateTable
CREATE TABLE "client" (
    "id" UUID NOT NULL,
    "owner_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "phone" TEXT,
    "email" TEXT,
    "notes" TEXT,
    "whatsapp_phone" TEXT,
    "whatsapp_chat_id" TEXT,
    "whatsapp_checked_at" TIMESTAMPTZ(3),
    "search_text" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "client_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "order" (
    "id" UUID NOT NULL,
    "owner_id" UUID NOT NULL,
    "client_id" UUID NOT NULL,
    "description" TEXT NOT NULL,
    "status" "OrderStatus" NOT NULL DEFAULT 'pendiente',
    "search_text" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "order_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "template" (
    "id" UUID NOT NULL,
    "owner_id" UUID NOT NULL,
    "built_in" TEXT,
    "name" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "content" TEXT NOT NULL,
    "language" "Language" NOT NULL,
    "channel" "Channel" NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "template_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "message_attempt" (
    "id" UUID NOT NULL,
    "message_id" UUID NOT NULL,
    "provider" "Provider" NOT NULL,
    "recipient" TEXT NOT NULL,
    "provider_message_id" TEXT,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "ended_at" TIMESTAMPTZ(3),
    "outcome" "AttemptOutcome" NOT NULL DEFAULT 'started',
    "code" TEXT,
    "why" TEXT,

    CONSTRAINT "message_attempt_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "idempotency_key" (
    "owner_id" UUID NOT NULL,
    "procedure" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "body_hash" TEXT NOT NULL,
    "state" "IdempotencyState" NOT NULL DEFAULT 'running',
    "holder" TEXT,
    "status" INTEGER,
    "answer" JSONB,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "idempotency_key_pkey" PRIMARY KEY ("owner_id","procedure","key")
);

-- CreateTable
CREATE TABLE "twilio_callback" (
    "id" UUID NOT NULL,
    "message_sid" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "error_code" TEXT,
    "received_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "twilio_callback_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "unclaimed_message" (
    "id" UUID NOT NULL,
    "message_sid" TEXT NOT NULL,
    "from_phone" TEXT NOT NULL,
    "to_phone" TEXT NOT NULL,
    "name" TEXT,
    "kind" TEXT NOT NULL DEFAULT 'text',
    "text" TEXT NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "unclaimed_message_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "client_owner_id_created_at_id_idx" ON "client"("owner_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "client_owner_id_id_key" ON "client"("owner_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "client_owner_id_phone_key" ON "client"("owner_id", "phone");

-- CreateIndex
CREATE UNIQUE INDEX "client_owner_id_whatsapp_phone_key" ON "client"("owner_id", "whatsapp_phone");

-- CreateIndex
CREATE UNIQUE INDEX "client_owner_id_whatsapp_chat_id_key" ON "client"("owner_id", "whatsapp_chat_id");

-- CreateIndex
CREATE INDEX "order_owner_id_created_at_id_idx" ON "order"("owner_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "order_client_id_created_at_idx" ON "order"("client_id", "created_at" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "order_owner_id_id_key" ON "order"("owner_id", "id");

-- CreateIndex
CREATE INDEX "template_owner_id_type_language_idx" ON "template"("owner_id", "type", "language");

-- CreateIndex
CREATE UNIQUE INDEX "template_owner_id_built_in_key" ON "template"("owner_id", "built_in");

-- CreateIndex
CREATE INDEX "message_attempt_message_id_idx" ON "message_attempt"("message_id");

-- CreateIndex
CREATE INDEX "message_attempt_provider_recipient_at_idx" ON "message_attempt"("provider", "recipient", "at" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "message_attempt_provider_provider_message_id_key" ON "message_attempt"("provider", "provider_message_id");

-- CreateIndex
CREATE INDEX "idempotency_key_created_at_idx" ON "idempotency_key"("created_at");

-- CreateIndex
CREATE INDEX "twilio_callback_message_sid_idx" ON "twilio_callback"("message_sid");

-- CreateIndex
CREATE INDEX "twilio_callback_received_at_idx" ON "twilio_callback"("received_at");

-- CreateIndex
CREATE UNIQUE INDEX "unclaimed_message_message_sid_key" ON "unclaimed_message"("message_sid");

-- CreateIndex
CREATE INDEX "unclaimed_message_received_at_idx" ON "unclaimed_message"("received_at" DESC);

-- CreateIndex
CREATE INDEX "chat_client_id_idx" ON "chat"("client_id");

-- CreateIndex
CREATE INDEX "message_owner_id_at_position_idx" ON "message"("owner_id", "at" DESC, "position" DESC);

-- CreateIndex
CREATE INDEX "message_client_id_at_position_idx" ON "message"("client_id", "at" DESC, "position" DESC);

-- CreateIndex
CREATE INDEX "message_order_id_idx" ON "message"("order_id");

-- AddForeignKey
ALTER TABLE "chat" ADD CONSTRAINT "chat_owner_id_client_id_fkey" FOREIGN KEY ("owner_id", "client_id") REFERENCES "client"("owner_id", "id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "client" ADD CONSTRAINT "client_owner_id_fkey" FOREIGN KEY ("owner_id") REFERENCES "user"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "order" ADD CONSTRAINT "order_owner_id_fkey" FOREIGN KEY ("owner_id") REFERENCES "user"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "order" ADD CONSTRAINT "order_owner_id_client_id_fkey" FOREIGN KEY ("owner_id", "client_id") REFERENCES "client"("owner_id", "id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "template" ADD CONSTRAINT "template_owner_id_fkey" FOREIGN KEY ("owner_id") REFERENCES "user"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "message" ADD CONSTRAINT "message_owner_id_fkey" FOREIGN KEY ("owner_id") REFERENCES "user"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "message" ADD CONSTRAINT "message_owner_id_client_id_fkey" FOREIGN KEY ("owner_id", "client_id") REFERENCES "client"("owner_id", "id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "message" ADD CONSTRAINT "message_owner_id_order_id_fkey" FOREIGN KEY ("owner_id", "order_id") REFERENCES "order"("owner_id", "id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "message_attempt" ADD CONSTRAINT "message_attempt_message_id_fkey" FOREIGN KEY ("message_id") REFERENCES "message"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "idempotency_key" ADD CONSTRAINT "idempotency_key_owner_id_fkey" FOREIGN KEY ("owner_id") REFERENCES "user"("id") ON DELETE CASCADE ON UPDATE CASCADE;
